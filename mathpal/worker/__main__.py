from mathpal.cli.worker import main

main()

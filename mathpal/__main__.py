from mathpal.cli.main import main

main()

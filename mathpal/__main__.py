from mathpal.cli import main

main()

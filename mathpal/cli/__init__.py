"""The command line: `main` starts the verbs that `verbs` lists. Imports nothing heavy."""

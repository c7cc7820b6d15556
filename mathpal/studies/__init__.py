"""Studies that are there: read, compared, drawn and put into words."""

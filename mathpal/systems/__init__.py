"""What answers questions: a model, a model with retrieved examples, a remote one, a vote."""

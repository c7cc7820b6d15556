"""What a training step minimises. Each module is one objective."""

"""Models, their tokenizers and LoRA. Importing this package imports nothing heavy."""

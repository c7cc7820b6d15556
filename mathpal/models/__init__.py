"""Load or create a causal LM with its tokenizer, attach LoRA weights, and speed up its layers.

Knows checkpoints, Transformers, PEFT and Unsloth. Knows no problems, losses or training loops.
Importing the package imports nothing heavy.
"""

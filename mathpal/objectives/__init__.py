"""Objectives: the losses that training minimises, and the batches they are computed on."""

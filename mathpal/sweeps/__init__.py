"""Sweeps: many runs of one composition, proposed by Optuna or by a grid."""

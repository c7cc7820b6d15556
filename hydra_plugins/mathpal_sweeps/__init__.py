"""MathPal's sweepers and launcher, where Hydra looks for plug-ins."""

"""An OpenAI-compatible chat endpoint: its address, one request, one reply, tries, threads."""

"""How a refund goes through the provider: sent once, then asked about (check) until the answer is clear."""

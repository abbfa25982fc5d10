"""What the product does with digests: compose editions, deliver them, keep them true."""

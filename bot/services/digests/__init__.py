"""What the product does with digests: compose editions, deliver them, update them after an edit."""

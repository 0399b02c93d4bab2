"""A merchant in a secure sum: the rules it holds to, its sessions in memory, its answer to each stage."""

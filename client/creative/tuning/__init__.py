"""Learning a shop's style: LoRA and DPO on the merchant's own language model; nothing leaves the shop's folder."""

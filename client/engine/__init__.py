"""Engines that add up shoppers' clipped gradients: our closed form, Opacus' hooks, Opacus' ghost."""

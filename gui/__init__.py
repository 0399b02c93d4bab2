"""The skin: Qt lives here and nowhere else."""

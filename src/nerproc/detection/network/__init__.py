"""What every network that labels words needs: its folder, its session, and what its scores mean."""

"""What the benchmark cases share: running programs, alternating, statistics, results."""

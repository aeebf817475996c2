"""The parts of a PC that can fail: disks, memory, temperature, power, clock. One file each, one question each."""

"""What one value can be and becomes: texts, persons, phones, times, money, addresses; by rules and by table."""

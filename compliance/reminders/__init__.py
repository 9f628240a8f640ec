"""What is due, about to run out or waiting, told each person once a day by mail and on the home page."""

"""What applies when, and what is due when: pages, a picture, a clock to count with, and a calendar feed."""

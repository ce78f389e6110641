"""Planning for one firm: actions, lead times, projection, cheapest plan, what-if, worth."""

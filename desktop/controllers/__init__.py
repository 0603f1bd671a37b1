"""QObjects that check the session, call the core on a lane and emit what happened."""

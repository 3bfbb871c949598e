"""The desk: the browser front of settle on this machine alone (`settle open`)."""

"""A fake of each service: a subclass of tests.fake_services.FakeService, named for its source."""

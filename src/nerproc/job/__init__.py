"""Jobs and tasks: submit, shard, claim, commit, recover."""

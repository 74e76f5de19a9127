package purchase

// Queued is how many operations wait for a worker.
func (d *Desk) Queued() int { return len(d.queue) }

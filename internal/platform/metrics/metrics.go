// Package metrics counts what the program does, for Prometheus. A registry
// belongs to one run of the program, not to the process, so that tests and
// several bases in one process don't meet.
//
// Names begin with "kopilka_", end in their unit (_seconds, _bytes, _total),
// and labels have few values: a route's pattern, never its path; nothing
// personal.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const namespace = "kopilka"

// Registry holds the metrics of one run.
type Registry struct{ reg *prometheus.Registry }

// New makes a registry with the Go runtime's and the process's own metrics
// and the program's version.
func New(version string) *Registry {
	r := &Registry{reg: prometheus.NewRegistry()}
	r.reg.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	r.Gauge("build_info", "The program's version; the value is always 1.", "version").WithLabelValues(version).Set(1)
	return r
}

// Counter registers a count that only grows; name without the prefix.
func (r *Registry) Counter(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	r.reg.MustRegister(c)
	return c
}

// CounterFunc registers a count that is kept elsewhere and read when asked for.
func (r *Registry) CounterFunc(name, help string, value func() float64) {
	r.reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, value))
}

// Gauge registers a value that goes up and down; name without the prefix.
func (r *Registry) Gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, labels)
	r.reg.MustRegister(g)
	return g
}

// Seconds registers a histogram of durations from half a millisecond to ten
// seconds; name without the prefix.
func (r *Registry) Seconds(name, help string, labels ...string) *Seconds {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help,
		Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10},
	}, labels)
	r.reg.MustRegister(h)
	return &Seconds{h}
}

// Sizes registers a histogram of counts from 1 to 1024, by powers of two;
// name without the prefix.
func (r *Registry) Sizes(name, help string, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(1, 2, 11),
	}, labels)
	r.reg.MustRegister(h)
	return h
}

// Handler serves the registry in the text format of Prometheus.
func (r *Registry) Handler() http.Handler {
	return promhttp.HandlerFor(r.reg, promhttp.HandlerOpts{Registry: r.reg})
}

// Seconds is a histogram of durations.
type Seconds struct{ vec *prometheus.HistogramVec }

// Observe notes one duration under the labels' values.
func (s *Seconds) Observe(d time.Duration, labels ...string) {
	s.vec.WithLabelValues(labels...).Observe(d.Seconds())
}

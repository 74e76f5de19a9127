package client

import "context"

type onceKey struct{}

// Once names a key under which a call that makes something – a member, a card,
// promo codes, an API key – is done once: the same call with the same key is
// told of the thing that was made already, and the client sends it again by
// itself where the connection is lost. A secret that is told once is not told
// again. Methods that have a key of their own keep to that; calls that make
// nothing are refused by the service if they bring one.
func Once(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, onceKey{}, key)
}

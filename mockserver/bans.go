package mockserver

import "sync"

// bans counts refused logins by address, and shuts an address out at the threshold. It is safe for concurrent use.
type bans struct {
	mu        sync.Mutex
	threshold int // 0: never
	failed    map[string]int
	banned    map[string]bool
}

func (b *bans) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed, b.banned = map[string]int{}, map[string]bool{}
}

func (b *bans) has(ip string) bool {
	if b.threshold == 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.banned[ip]
}

func (b *bans) count(ip string) {
	if b.threshold == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed[ip]++; b.failed[ip] >= b.threshold {
		b.banned[ip] = true
	}
}

func (b *bans) forgive(ip string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.failed, ip)
}

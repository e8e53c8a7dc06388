package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/authconform/authconform/mockserver"
)

// saveEvery is how often a changed state is written.
const saveEvery = time.Second

// readState reads a state from a file. It returns nil if the file does not exist yet.
func readState(file string) (*mockserver.State, error) {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // a first start
	}
	if err != nil {
		return nil, err
	}
	s, err := mockserver.ReadState(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; remove the file to start from scratch", file, err)
	}
	return s, nil
}

// keep writes the home's state into a file now, whenever it has changed, and when stop is called. It calls warn when it cannot
// write.
func keep(home *mockserver.Home, file string, warn func(error)) (stop func(), err error) {
	var last []byte
	save := func() error {
		raw, err := home.State().Bytes()
		if err != nil || bytes.Equal(raw, last) {
			return err
		}
		if err := writeWhole(file, raw); err != nil {
			return err
		}
		last = raw
		return nil
	}
	if err := save(); err != nil {
		return nil, err
	}
	end := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(saveEvery)
		defer tick.Stop()
		for running := true; running; {
			select {
			case <-tick.C:
			case <-end:
				running = false
			}
			if err := save(); err != nil {
				warn(err)
			}
		}
	})
	return func() { close(end); done.Wait() }, nil
}

// writeWhole writes a file atomically, readable by its owner only.
func writeWhole(path string, raw []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(append(bytes.Clone(raw), '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

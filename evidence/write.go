package evidence

// Write records a set that was joined from parts in a folder, with their pictures.
func Write(dir string, s *Set, parts []*Set) error {
	r, err := Record(dir, s.Head)
	if err != nil {
		return err
	}
	for _, result := range s.Results {
		var files []File
		for _, name := range pictures(result) {
			for _, p := range parts {
				if raw := p.Picture(name); raw != nil {
					files = append(files, File{name, raw})
					break
				}
			}
		}
		r.Result(result, files)
	}
	s.Dir = dir
	if s.End == nil {
		return r.file.Close()
	}
	return r.End(*s.End)
}

func pictures(r Result) (names []string) {
	for _, item := range r.Evidence {
		if item.Browser == nil {
			continue
		}
		for _, name := range []string{item.Browser.Screenshot, item.Browser.DOM} {
			if name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

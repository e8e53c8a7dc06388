module authconform-pages

go 1.26.0

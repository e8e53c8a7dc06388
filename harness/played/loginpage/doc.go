// Package loginpage drives a home's login page (GET /auth/authorize) in a browser: what does the
// page show, type, submit, where does it redirect. One driver handles all generations of the page: nested shadow
// roots (2021 to 2023.9; until 2022.9 its inputs bear no names), light DOM (2023.10), the person picker (2023.12),
// web-awesome inputs (2026.4) and light DOM again (2026.11); clients.md §1.8 to §1.10, lab-newest.md §11.
//
// It owns the page's DOM names and the meaning of its views. It makes no judgements. No error
// and no State contains a typed password or code; a Redirect contains what the home put into it.
package loginpage

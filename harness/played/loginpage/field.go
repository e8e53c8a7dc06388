package loginpage

// What a person types into, as selectors that hold for all generations of the page. Its inputs bear names since 2022.10;
// before, a text field without one is the name field where a password is asked for too, and else the code's.
const (
	NameField     = "input[name=username], " + nameless
	PasswordField = "input[name=password], .mdc-text-field > input[type=password], paper-input input[type=password]"
	CodeField     = "input[name=code], " + nameless
)

// nameless is a text field of mwc-textfield (2022.2 to 2022.9) and of paper-input (until 2022.1).
const nameless = ".mdc-text-field > input[type=text]:not([name]), paper-input input[type=text]"

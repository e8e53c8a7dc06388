package loginpage

// The selectors of the fields that a person types into, for all generations of the page. Inputs have names since 2022.10; before,
// a text field without a name is the user name's if the form asks for a password too, and else the code's.
const (
	NameField     = "input[name=username], " + nameless
	PasswordField = "input[name=password], .mdc-text-field > input[type=password], paper-input input[type=password]"
	CodeField     = "input[name=code], " + nameless
)

// nameless matches a text field of mwc-textfield (2022.2 to 2022.9) and of paper-input (until 2022.1).
const nameless = ".mdc-text-field > input[type=text]:not([name]), paper-input input[type=text]"

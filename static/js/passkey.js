// Connects a button to a passkey: `data-passkey` says what for, `data-options` holds what the server asks for.
// The ceremony itself is django-allauth's script, served as a file like this one.

const forms = { login: 'loginForm', authenticate: 'authenticateForm', add: 'addForm' }
const button = document.getElementById('passkey-button')

if (button && window.allauth?.webauthn && window.PublicKeyCredential) {
  const use = button.dataset.passkey
  const ids = { [use]: button.id, credential: 'passkey-credential', passwordless: 'id_passwordless' }
  const data = button.dataset.options ? JSON.parse(button.dataset.options) : undefined
  window.allauth.webauthn.forms[forms[use]]({ ids, data })
} else if (button) {
  button.closest('form').hidden = true
}

document.addEventListener('allauth.error', (event) => {
  event.preventDefault()
  document.getElementById('passkey-error').hidden = false
})

// What a person does on the site: makes an account, writes a note with a file, and reads it. Loaded beside the shell's
// own scripts; each page goes on where the one before ended.
'use strict'
window.refused = []
document.addEventListener('securitypolicyviolation', (event) => {
  window.refused.push(`${event.effectiveDirective} ${event.blockedURI}`)
})

async function appears(find) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = find()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not there: ${find}; ${document.body.innerText}`)
}

async function drive() {
  const form = await appears(() => document.querySelector('#enter:not([hidden]), #plugin form'))
  if (form.id === 'enter') {
    form.elements.email.value = 'ann@example.com'
    form.elements.password.value = 'correct horse battery'
    form.requestSubmit(form.elements.register)
    return
  }
  const file = new DataTransfer()
  file.items.add(new File(['hello'], 'hello.txt', { type: 'text/plain' }))
  form.elements.text.value = 'written in a browser'
  form.elements.file.files = file.files
  form.requestSubmit()
  const link = await appears(() => document.querySelector('#plugin li a'))
  const done = {
    menu: [...document.querySelectorAll('nav a')].map((found) => found.textContent),
    note: link.parentElement.querySelector('span').textContent,
    file: link.href,
    cookie: document.cookie,
    said: document.querySelector('#plugin output').textContent,
  }
  await fetch('/api/v1/told', { method: 'POST', body: JSON.stringify({ done, refused: window.refused }) })
}

drive()

// The bundle: UMD as it stands, without a build. The shell loads it by a script tag from /bundles/NAME/VERSION/NAME.js
// and takes it by the name that this folder gives it: NaapPluginNotes. What a build makes must end in the same two
// functions.
(function (root, factory) {
  const name = new URL(document.currentScript.src).pathname.split('/').at(-3)
  root[`NaapPlugin${name.replace(/(^|-)(.)/g, (_, __, letter) => letter.toUpperCase())}`] = factory(name)
})(self, function (name) {
  'use strict'

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties)
    made.append(...children)
    return made
  }

  // The browser's cookie says who asks, and the gateway takes changes from the site's own pages only.
  async function ask(path, method = 'GET', body = undefined) {
    const headers = body ? { 'content-type': 'application/json' } : {}
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) })
    if (!answer.ok) throw new Error(answer.status === 401 ? 'Sign in again' : `${method} ${path}: ${answer.status}`)
    return answer.status === 204 ? null : answer.json()
  }

  // Straight to the bucket, by a URL that the backend has signed for this file.
  async function upload(api, note, file) {
    const { url, method, headers } = await ask(`${api}/${note.id}/attachment`, 'POST', {
      type: file.type,
      bytes: file.size,
    })
    const answer = await fetch(url, { method, headers, body: file })
    if (!answer.ok) throw new Error(`The bucket refused the file: ${answer.status}`)
  }

  // context.apiPrefix: of the plugin's entry in bundles/registry.json; other shells don't say it.
  function mount(container, context = {}) {
    const api = context.apiPrefix || `/api/v1/${name}`
    const text = element('input', { name: 'text', required: true, maxLength: 2000, placeholder: 'A note' })
    const file = element('input', { name: 'file', type: 'file', accept: '.pdf,.jpg,.jpeg,.png,.txt' })
    const said = element('output', {})
    const list = element('ul', {})
    const form = element('form', {}, text, file, element('button', {}, 'Add'))

    async function attempt(action) {
      said.textContent = ''
      try {
        await action()
        const { notes } = await ask(api)
        list.replaceChildren(...notes.map(row))
      } catch (error) {
        said.textContent = error.message
      }
    }

    function row(note) {
      const remove = element('button', { type: 'button' }, 'Remove')
      remove.addEventListener('click', () => attempt(() => ask(`${api}/${note.id}`, 'DELETE')))
      const link = note.attachmentUrl ? [element('a', { href: note.attachmentUrl }, 'File')] : []
      return element('li', {}, element('span', {}, note.text), ...link, remove)
    }

    form.addEventListener('submit', (event) => {
      event.preventDefault()
      attempt(async () => {
        const note = await ask(api, 'POST', { text: text.value })
        if (file.files.length) await upload(api, note, file.files[0])
        form.reset()
      })
    })
    container.append(element('h1', {}, context.displayName || 'Notes'), form, said, list)
    attempt(async () => {})
    return () => container.replaceChildren()
  }

  return { mount, metadata: { name, version: '1.0.0' } }
})

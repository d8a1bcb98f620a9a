// In the browser: who is signed in, the menu, and the plugin whose route the page is.
'use strict'

async function ask(path, body) {
  const answer = await fetch(`/api/v1/auth/${path}`, body && {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  })
  const { data, error } = await answer.json()
  if (!answer.ok && answer.status !== 401) throw new Error(error.message)
  return answer.ok ? { data } : { refused: error.message }
}

// A route ends in /* where all below it is meant.
function takes(route, path) {
  return route.endsWith('/*') ? path.startsWith(route.slice(0, -1)) : path === route
}

function loaded(plugin) {
  const script = document.createElement('script')
  // By the site's own name, whatever it is: the registry names the one that the platform was made for.
  script.src = new URL(plugin.bundleUrl).pathname
  script.crossOrigin = 'anonymous'
  if (plugin.integrity) script.integrity = plugin.integrity
  return new Promise((resolve, reject) => {
    script.onload = () => resolve(window[globalName(plugin.name)])
    script.onerror = () => reject(new Error(`${plugin.displayName} could not be loaded`))
    document.head.append(script)
  })
}

function globalName(name) {
  return `NaapPlugin${name.replace(/(^|-)(.)/g, (_, __, letter) => letter.toUpperCase())}`
}

function link(plugin) {
  const made = document.createElement('a')
  made.href = plugin.routes.find((route) => !route.endsWith('*')) ?? '/'
  made.textContent = plugin.navigation.label
  return made
}

async function show(user) {
  const place = document.getElementById('plugin')
  const { plugins } = await (await fetch(`${document.body.dataset.bundles}/registry.json`)).json()
  const shown = plugins.filter((plugin) => plugin.navigation.label)
  shown.sort((one, other) => (one.navigation.order ?? 0) - (other.navigation.order ?? 0))
  document.querySelector('nav').replaceChildren(...shown.map(link))
  const plugin = plugins.find(({ routes }) => routes.some((route) => takes(route, location.pathname)))
  if (!plugin) {
    place.textContent = `Hello, ${user.displayName}.`
    return
  }
  try {
    (await loaded(plugin)).mount(place, { ...plugin, user })
  } catch (error) {
    place.textContent = error.message
  }
}

function form() {
  const enter = document.getElementById('enter')
  enter.hidden = false
  enter.addEventListener('submit', async (event) => {
    event.preventDefault()
    const { email, password } = Object.fromEntries(new FormData(enter))
    try {
      const { refused } = await ask(event.submitter.name, { email, password })
      enter.querySelector('output').textContent = refused ?? ''
      if (!refused) location.assign(location.pathname === '/login' ? '/' : location.pathname)
    } catch (error) {
      enter.querySelector('output').textContent = error.message
    }
  })
}

async function start() {
  const { data } = await ask('me')
  if (!data) return form()
  const leave = document.getElementById('leave')
  leave.hidden = false
  leave.addEventListener('click', async () => {
    await ask('logout', {})
    location.assign('/login')
  })
  return show(data.user)
}

start()

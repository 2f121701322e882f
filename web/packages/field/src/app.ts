import { createApp } from 'vue'
import App from './App.vue'
import { chooseLanguage, language, t } from './i18n'
import { router } from './router'
import { NotSaved } from './store/outbox'
import { tapAgain } from './store/screen'
import { areSparesInUse } from './store/spares'
import './styles/field.css'

const page = document.getElementById('app') as HTMLElement
chooseLanguage(language.value)
const app = createApp(App)
app.config.errorHandler = (problem) => {
  if (problem instanceof NotSaved) void sayNotSaved()
  else console.error(problem)
}
app.use(router)
// once it is known what stands on the first page: drawn empty before, it would be drawn twice
void router.isReady().then(show, (problem) => {
  show()
  if (problem instanceof DOMException) void sayNotOpened()
  else throw problem
})

function show(): void {
  app.mount(page)
  tapAgain(page)
}

/** Say plainly that the phone took nothing: what was typed stays on the screen. */
async function sayNotSaved(): Promise<void> {
  const { tellTrouble } = await import('./components/telling')
  tellTrouble(t('notSaved.title'), t('notSaved.message'))
}

/** A disk without a free byte lets the browser open nothing: all of it is still there and opens once there is room. */
async function sayNotOpened(): Promise<void> {
  const { tellTrouble } = await import('./components/telling')
  await tellTrouble(t('notOpened.title'), t('notOpened.message'))
  window.location.reload()
}

// A village LAN without TLS is no secure context: the app then works online only, and the page 我的 says so.
if (import.meta.env.PROD && window.isSecureContext && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('/field/sw.js', { scope: '/field/' }).catch(() => undefined)
}

// After an update the old pages' parts are gone from the server: take the new ones rather than fail on a click.
window.addEventListener('vite:preloadError', () => areSparesInUse() || window.location.reload())

import { createApp } from 'vue'
import App from './App.vue'
import { chooseLanguage, i18n, language, telling } from './i18n'
import { router } from './router'
import './styles/tokens.css'
import './styles/base.css'

chooseLanguage(language.value)
createApp(App).use(i18n).use(router).use(telling).mount('#app')

// After an update the old pages' parts are gone from the server: take the new ones rather than fail on a click.
window.addEventListener('vite:preloadError', () => window.location.reload())

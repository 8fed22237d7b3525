import { createApp } from 'vue'
import App from './App.vue'
import { onSignedOut } from './api/client'
import { i18n, startLanguage } from './i18n/language'
import { router } from './router'
import { startKeyboard } from './state/keyboard'
import { endSession } from './state/session'
import { startTheme } from './state/theme'
import './style/tokens.css'
import './style/base.css'
import './style/page.css'
import './style/controls.css'
import './style/plot.css'
import './style/table.css'
import './style/print.css'

startTheme()
startKeyboard()
onSignedOut(() => {
  endSession()
  const { fullPath, meta } = router.currentRoute.value
  if (!meta.open) void router.push({ name: 'sign-in', query: { next: fullPath } })
})

const app = createApp(App).use(i18n).use(router)
// A console without its texts still shows figures; what failed is told on the browser's console.
void startLanguage().finally(() => app.mount('#app'))

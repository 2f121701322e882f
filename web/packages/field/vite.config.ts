import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import about from './package.json' with { type: 'json' }

const BUILT = String(Date.now())

// The server serves index.html at /field/…, sw.js at /field/sw.js (its scope), and the rest from /static/field/.
export default defineConfig({
  base: '/static/field/',
  define: {
    __APP_VERSION__: JSON.stringify(about.version),
    __VUE_OPTIONS_API__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  plugins: [
    vue(),
    VitePWA({
      injectRegister: null,
      filename: 'sw.js',
      manifestFilename: 'manifest.webmanifest',
      manifest: {
        id: '/field/',
        name: '联防 · 网格员',
        short_name: '联防',
        lang: 'zh-Hans',
        start_url: '/field/',
        scope: '/field/',
        display: 'standalone',
        background_color: '#f2f5f5',
        theme_color: '#0f3238',
        icons: [{ src: '/static/field/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
      },
      workbox: {
        globPatterns: ['assets/**/*.{js,css}', 'icon.svg'],
        modifyURLPrefix: { '': '/static/field/' },
        additionalManifestEntries: [{ url: '/field/', revision: BUILT }],
        navigateFallback: '/field/',
        navigateFallbackAllowlist: [/^\/field\//],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  build: { outDir: '../../../lianfang/web_dist/field', emptyOutDir: true },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})

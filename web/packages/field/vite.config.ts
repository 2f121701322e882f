import vue from '@vitejs/plugin-vue'
import { defineConfig, type HtmlTagDescriptor, type Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import about from './package.json' with { type: 'json' }

const BUILT = String(Date.now())

/** Name the app's parts and styles in the page itself: the phone fetches them all at once, not one after the other. */
function preloadApp(): Plugin {
  return {
    name: 'preload-app',
    transformIndexHtml: {
      order: 'post',
      handler(_page, { bundle }) {
        const app = Object.values(bundle ?? {}).find((one) => one.type === 'chunk' && one.name === 'app')
        if (app?.type !== 'chunk') return []
        const styles = [...(app.viteMetadata?.importedCss ?? [])]
        const link = (rel: string, part: string): HtmlTagDescriptor => ({
          tag: 'link',
          attrs: { rel, crossorigin: true, href: `/static/field/${part}` },
          injectTo: 'head',
        })
        return [
          ...styles.map((part) => link('stylesheet', part)),
          ...[app.fileName, ...app.imports].map((part) => link('modulepreload', part)),
        ]
      },
    },
  }
}

// The server serves index.html at /field/…, sw.js at /field/sw.js (its scope), and the rest from /static/field/.
export default defineConfig({
  base: '/static/field/',
  define: {
    __APP_VERSION__: JSON.stringify(about.version),
    __VUE_OPTIONS_API__: 'false',
  },
  plugins: [
    vue(),
    preloadApp(),
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
        // what stands in for browsers that lack it, half the size of the app again: fetched by them once the work stands
        globIgnores: ['assets/reader-*.js', 'assets/ed25519-*.js'],
        runtimeCaching: [
          {
            urlPattern: /\/static\/field\/assets\/(reader-.*\.js|ed25519-.*\.js|.*\.wasm)$/,
            handler: 'CacheFirst',
            options: { cacheName: 'spares' },
          },
        ],
        // so that they are kept from the first start on
        clientsClaim: true,
      },
    }),
  ],
  build: { outDir: '../../../lianfang/web_dist/field', emptyOutDir: true },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})

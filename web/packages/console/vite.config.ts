import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'

// The server serves index.html at /console/… and everything it names from /static/console/.
export default defineConfig({
  base: '/static/console/',
  plugins: [vue(), components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] })],
  define: {
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  build: {
    outDir: '../../../lianfang/web_dist/console',
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      output: {
        manualChunks: (id: string) =>
          /node_modules\/(vue|@vue|vue-router|vue-i18n|@intlify)\//.test(id) ? 'vue' : undefined,
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})

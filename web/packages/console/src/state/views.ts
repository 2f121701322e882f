// Saved views of one list, kept on the server: one's own and those shared from one's level and above.
import { type Row, uuid7 } from '@lianfang/core'
import { type Ref, ref } from 'vue'
import { tellProblem } from './notices'
import { api, me, tableNamed } from './session'

export interface View {
  id: string
  name: string
  where: Record<string, string>
  columns: string[] | null
  shared: boolean
  mine: boolean
  by: string
}

const VIEWS = 'workbench.views'

function viewIn({ id, cells }: Row): View {
  return {
    id,
    name: String(cells.name),
    where: (cells.where ?? {}) as Record<string, string>,
    columns: (cells.columns ?? null) as string[] | null,
    shared: cells.shared === true,
    mine: cells.account === me.value?.account.id,
    by: String(cells.by ?? ''),
  }
}

export function useViews(table: Ref<string>) {
  const views = ref<View[]>([])

  async function loadViews(): Promise<void> {
    const asked = table.value
    views.value = []
    if (!tableNamed(VIEWS)) return
    const page = await api.list(VIEWS, { where: { table: asked }, limit: 100 }).catch(() => null)
    if (page && asked === table.value) views.value = page.rows.map(viewIn)
  }

  async function act(action: string, input: Record<string, unknown>): Promise<boolean> {
    try {
      await api.act(action, { id: uuid7(), input })
      await loadViews()
      return true
    } catch (problem) {
      tellProblem(problem)
      return false
    }
  }

  const saveView = (view: Pick<View, 'name' | 'where' | 'columns' | 'shared'>) =>
    act('workbench.save_view', { table: table.value, ...view })
  const dropView = (view: View) => act('workbench.drop_view', { view_id: view.id })

  return { views, loadViews, saveView, dropView }
}

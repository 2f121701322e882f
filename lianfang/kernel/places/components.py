"""Characters apart and together: parts of rare characters, radicals, traditional forms, variants that sound alike."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cache
from itertools import product

# Rare characters of the register, as people type them who cannot find them on the keyboard.
_PARTS = """
塄土楞 塄土愣 塄土四方 涑氵束 睢目隹 廻回廴 廻回辶 郇旬阝 浍氵会 闫门三 绛纟夅 绛纟降 銮亦金 埕土呈 岐山支
岱代山 厝厂昔 佗亻它 亓一兀 蒿艹高 泓氵弘 垓土亥 碓石隹 窦穴卖 胥疋月 泗氵四 磙石衮 磙石滚 訾此言 爻乂乂 爻叉叉
淇氵其 赉来贝 怡忄台 钜钅巨 冢冖豕 圹土广 晏日安 玘王己 褡衤荅 褡衤搭 裢衤连 钊钅刂 钊钅刀 枋木方 埽土帚 埽土扫
砦此石 滹氵虖 滹氵乎 沱氵它 鸾亦鸟 圪土乞 垱土当 纣纟寸 庵广奄 梓木辛 鑫三金 鑫金金金 楠木南 畲佘田 畲余田
鹭路鸟 牯牛古 伾亻丕 窑穴缶 峪山谷 确石角 玟王文 垬土共 珂王可 珑王龙 垭土亚 畈田反 疃田童 坳土幼 坨土它 岙夭山
陂阝皮 夼大川 塬土原 垌土同 尕乃小 坂土反 垅土龙 垟土羊 岚山风 垸土完 峁山卯 埝土念 褚衤者 垴土脑 垴土囟 栾亦木
岘山见 塆土弯 桦木华 埭土隶 枧木见 崮山固 圳土川 埂土更 浜氵兵 墕土焉 砭石乏 硐石同 埇土甬 硖石夹 汶氵文 垞土宅
坜土历 涧氵间 垚三土 垚土土土 淼三水 淼水水水 焱三火 焱火火火 犇三牛 堃方方土 喆吉吉 昇日升 昱日立 玥王月 玮王韦
炜火韦 赟文武贝 翀羽中 坌分土 垡伐土 峧山交 堎土夌 鄢焉阝 郜告阝 邬乌阝 邸氐阝 郢呈阝 郗希阝 鄌唐阝 邵召阝
阎门臽 阚门敢 闾门吕 沣氵丰 沔氵丏 泾氵径 浔氵寻 浒氵许 涞氵来 湴氵并 漳氵章 潼氵童 澧氵豊 濉氵睢 瀛氵赢 灞氵霸
桠木亚 梘木见 榆木俞 槐木鬼 柘木石 柞木乍 栎木乐 楂木查 榕木容 樟木章 檀木亶 砬石立 砀石汤 碾石展 碛石责 礓石畺
磴石登 磻石番 芦艹户 茌艹仕 莒艹吕 莘艹辛 菏艹河 蓟艹鱼刂 蔺艹门隹 薛艹辥 邹刍阝 鲍鱼包 鲇鱼占 鸠九鸟 鹅我鸟
骆马各 骈马并 驷马四 驿马译 牤牛亡 犊牛卖 狮犭师 獐犭章 猇犭虎
"""
# Names by which a radical is typed when its form is not on the keyboard.
_RADICAL_NAMES = {
    "氵": ("氵", "水", "三点水"), "亻": ("亻", "人", "单人"), "扌": ("扌", "手", "提手"), "钅": ("钅", "金"),
    "纟": ("纟", "丝", "绞丝"), "忄": ("忄", "心", "竖心"), "艹": ("艹", "草", "草字头", "草头"),
    "衤": ("衤", "衣"), "犭": ("犭", "犬", "反犬"), "阝": ("阝", "耳", "耳刀", "邑"),
    "刂": ("刂", "刀", "立刀"), "王": ("王", "玉", "斜王"), "辶": ("辶", "走之"), "廴": ("廴", "建之"),
    "土": ("土", "提土"),
}  # fmt: skip
# The Kangxi radicals that a typed part stands for.
_FORMS_OF_RADICALS = {
    "氵": "水", "亻": "人", "扌": "手", "钅": "金", "纟": "糸", "丝": "糸", "忄": "心", "艹": "艸", "草": "艸",
    "衤": "衣", "礻": "示", "饣": "食", "犭": "犬", "讠": "言", "辶": "辵", "王": "玉", "刂": "刀", "攵": "攴",
    "灬": "火", "罒": "网", "牜": "牛", "阝": "阜邑", "耳": "耳阜邑", "月": "月肉", "车": "車", "鱼": "魚",
    "鸟": "鳥", "马": "馬", "门": "門", "贝": "貝", "页": "頁", "见": "見", "风": "風",
}  # fmt: skip

_TRADITIONAL = (
    "縣县鎮镇鄉乡莊庄樓楼馬马東东劉刘張张陳陈楊杨趙赵黃黄吳吴孫孙鄭郑馮冯蔣蒋韓韩許许鄧邓蕭萧葉叶呂吕蘇苏盧卢賈贾鄒邹閻阎閆闫齊齐龍龙"
    "鳳凤鳥鸟魚鱼門门關关溝沟灣湾橋桥嶺岭崗岗壩坝場场廠厂廟庙觀观寶宝營营衛卫倉仓鋪铺舖铺爐炉窯窑墳坟頭头邊边裏里裡里後后節节園园圍围"
    "區区會会員员衆众眾众號号樹树榮荣華华義义興兴業业農农團团結结紅红綠绿銀银鐵铁銅铜錢钱錫锡鍾钟鐘钟鑫鑫陽阳陰阴陸陆際际階阶雲云電电"
    "島岛峽峡滿满漢汉潔洁澤泽濟济瀘泸灘滩澗涧淺浅湯汤漁渔勞劳勝胜動动務务勢势處处虛虚蟲虫蠶蚕長长將将專专對对導导歲岁歷历壓压廣广應应"
    "慶庆懷怀戰战戶户拋抛掃扫撫抚擁拥擔担據据攔拦時时曉晓書书會会機机權权條条棗枣構构槍枪檔档欄栏殿殿毀毁氣气沖冲決决況况準准溫温無无"
    "煙烟熱热燈灯獅狮獨独獻献環环現现瑪玛畢毕畫画異异當当疊叠療疗盤盘監监眞真礦矿祿禄禮礼種种稱称穩稳積积穀谷窩窝竇窦筆笔範范築筑簡简"
    "糧粮紀纪純纯組组終终統统經经緣缘練练縱纵總总績绩織织繩绳繼继續续羅罗習习聖圣聞闻聯联聲声職职肅肃腳脚臨临與与舊旧艦舰藝艺藥药蘭兰"
    "蓋盖蓮莲蔭荫蘆芦處处術术補补製制複复見见規规視视親亲覺觉計计訂订記记設设訪访証证評评試试話话該该詳详誠诚語语說说調调談谈請请論论"
    "諸诸謝谢譚谭護护變变讓让豐丰財财貢贡貨货責责貴贵費费資资賓宾賞赏質质賴赖贊赞趕赶跡迹車车軍军軒轩軟软輪轮輝辉轉转辦办農农連连進进"
    "運运過过達达遠远適适遷迁選选還还邨村郵邮醫医釋释針针鋼钢錦锦鎖锁鏡镜間间閘闸閣阁隊队隨随險险難难雜杂離离響响項项順顺須须頓顿預预"
    "領领題题額额顏颜願愿類类顧顾風风飛飞飯饭飲饮館馆養养騎骑驛驿驢驴駝驼駱骆髮发鬥斗鬧闹魯鲁鮑鲍鴨鸭鴻鸿鵝鹅鶴鹤鷄鸡雞鸡麗丽麥麦麵面"
    "黨党齋斋龐庞龜龟傳传傑杰備备傷伤價价優优儀仪億亿內内兩两冊册凈净淨净劃划劇剧劍剑創创別别剛刚卻却廳厅厙厍參参雙双發发員员啓启啟启"
    "單单嗎吗喬乔嚴严國国圖图圓圆堅坚報报塊块塢坞塵尘墊垫壇坛壯壮壽寿夾夹奪夺奮奋婦妇嬰婴學学宮宫寧宁實实審审寫写寬宽尋寻層层屬属岡冈"
    "嶽岳峯峰巖岩幣币帥帅師师帳帐帶带幫帮幹干庫库廢废彎弯強强彈弹彥彦彪彪徑径從从復复徵征德德恆恒惡恶惠惠愛爱態态憲宪憶忆戲戏"
)
TRADITIONAL = str.maketrans(dict(zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)))

# Written for one another in the same village name: the register itself changed between them from 2016 to 2019.
_VARIANTS = (
    "阎闫 傅付 萧肖 魏位 戴代 窦豆 窑爻尧 岗冈 凹洼哇 湾弯 磨么 于於 管关 房坊 塘堂 堤隄 寨砦 庵菴 岩崖嵒 硷碱"
    " 垱挡 疙圪 瘩垯塔 堡铺 桥乔 穆木 梁良粱 镰连 账帐 丘邱 鄢焉 佘余 逯录 磙滚 坨陀 沱坨 榆余 碾辗 洪宏 邢刑 郝赫"
    " 裴斐 柏百 殷阴 潭谭 糜麋 庙妙"
)
_ARABIC = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
VARIANTS = str.maketrans({other: group[0] for group in _VARIANTS.split() for other in group[1:]} | _ARABIC)


@cache
def decompositions() -> dict[str, tuple[str, ...]]:
    """Return for each rare character of the table the ways its parts are typed."""
    found: dict[str, list[str]] = {}
    for entry in _PARTS.split():
        found.setdefault(entry[0], []).extend(_typed_parts(entry[1:]))
    return {character: tuple(dict.fromkeys(ways)) for character, ways in found.items()}


def taken_apart(name: str) -> list[str]:
    """Return the name with one rare character written as its parts, in every known way."""
    table = decompositions()
    return [
        name[:place] + way + name[place + 1 :]
        for place, character in enumerate(name)
        for way in table.get(character, ())
    ]


def radical(character: str) -> int:
    """Return the Kangxi radical number of a character; 0 outside the block that is ordered by radicals."""
    return bisect_right(_radical_starts(), ord(character)) if "一" <= character <= "\u9fa5" else 0


def radicals_of_part(part: str) -> frozenset[int]:
    """Return the numbers of the radicals that a typed part may stand for, none when it is no radical."""
    wholes = _FORMS_OF_RADICALS.get(part, part)
    return frozenset(number for whole in wholes if (number := radical(whole)) and _is_radical(whole, number))


def _typed_parts(parts: str) -> list[str]:
    choices = [_RADICAL_NAMES.get(part, (part,)) for part in parts]
    return ["".join(way) for way in product(*choices)]


def _is_radical(character: str, number: int) -> bool:
    return ord(character) == _radical_starts()[number - 1]


@cache
def _radical_starts() -> tuple[int, ...]:
    """Return where each radical begins: Unicode orders the first block of ideographs by the 214 Kangxi radicals."""
    return tuple(ord(unicodedata.normalize("NFKC", chr(0x2F00 + index))) for index in range(214))

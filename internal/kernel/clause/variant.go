package clause

import (
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/text"
)

// oldForms are pairs of an old or variant form and the one in use: the characters that scanning and converters put into
// a text. An old form that stands beside others for one new character (辨 辯 瓣 for 弁) is left out: it may be meant.
const oldForms = "亞亜惡悪壓圧圍囲醫医爲為壹壱隱隠榮栄營営衞衛驛駅圓円鹽塩緣縁應応歐欧毆殴櫻桜奧奥橫横溫温穩穏假仮價価畫画會会壞壊懷懐繪絵" +
	"槪概擴拡殼殻覺覚學学嶽岳樂楽渴渇鐮鎌勸勧卷巻寬寛歡歓罐缶觀観關関陷陥顏顔巖巌歸帰氣気龜亀僞偽戲戯犧犠舊旧據拠擧挙虛虚峽峡挾挟狹狭" +
	"鄕郷曉暁區区驅駆勳勲薰薫徑径惠恵揭掲攜携溪渓經経繼継莖茎螢蛍輕軽雞鶏藝芸擊撃缺欠儉倹劍剣圈圏檢検權権獻献縣県險険顯顕驗験嚴厳" +
	"效効廣広恆恒鑛鉱號号國国黑黒濟済碎砕齋斎劑剤雜雑參参慘惨棧桟蠶蚕贊賛殘残絲糸齒歯兒児辭辞濕湿實実舍舎寫写釋釈壽寿收収從従澁渋獸獣縱縦" +
	"肅粛處処緖緒敍叙奬奨將将燒焼稱称證証乘乗剩剰壤壌孃嬢條条淨浄疊畳穰穣讓譲釀醸囑嘱觸触寢寝愼慎眞真盡尽圖図粹粋醉酔隨随髓髄數数樞枢" +
	"聲声靜静齊斉攝摂竊窃專専戰戦淺浅潛潜纖繊踐践錢銭禪禅雙双壯壮搜捜插挿爭争總総聰聡莊荘裝装騷騒增増臟臓藏蔵屬属續続墮堕體体對対帶帯滯滞" +
	"擇択澤沢單単擔担膽胆團団彈弾斷断癡痴遲遅晝昼蟲虫鑄鋳廳庁聽聴敕勅鎭鎮遞逓鐵鉄轉転點点傳伝黨党盜盗燈灯當当鬪闘德徳獨独讀読屆届繩縄貳弐" +
	"惱悩腦脳霸覇廢廃拜拝賣売麥麦發発髮髪拔抜蠻蛮祕秘濱浜甁瓶拂払佛仏倂併竝並變変邊辺舖舗寶宝豐豊褒襃沒没飜翻槇槙萬万滿満默黙彌弥譯訳藥薬" +
	"與与譽誉搖揺樣様謠謡來来賴頼亂乱覽覧龍竜兩両獵猟綠緑壘塁勵励禮礼隸隷靈霊齡齢戀恋爐炉勞労樓楼祿禄錄録灣湾淚涙彥彦戶戸靑青淸清內内黃黄歷歴" +
	"每毎髙高﨑崎瀨瀬"

// compatible are the blocks of radicals and of compatibility forms, most of which fold to another character.
var compatible = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x2e80, Hi: 0x2fdf, Stride: 1}, {Lo: 0xf900, Hi: 0xfaff, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x2f800, Hi: 0x2fa1f, Stride: 1}},
}

var modern = func() map[rune]rune {
	pairs := []rune(oldForms)
	m := make(map[rune]rune, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}()

// variants reports each old, variant or compatibility form of a kanji.
func (d *draft) variants(id string, line int, s string) {
	for at, r := range s {
		if now, old := modernForm(r); old {
			d.report(line, VariantCharacter, id, around(s, at), "「"+string(r)+"」は「"+string(now)+"」の異体字")
		}
	}
}

// modernForm is the form in use of a kanji, if r is another one.
func modernForm(r rune) (rune, bool) {
	switch {
	case r < '\u2e80' || '\u2fdf' < r && r < '\u4e00': // before the radicals, or kana
		return 0, false
	case unicode.Is(compatible, r):
		now, _ := utf8.DecodeRuneInString(text.Fold(string(r)))
		if now != r {
			return now, true
		}
	}
	now, old := modern[r]
	return now, old
}

<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>AdCard</name>
    <message>
        <source>Ad %1 of %2</source>
        <translation>创意 %1 / %2</translation>
    </message>
    <message>
        <source>Version %1 is still live until this one goes live or you retire it.</source>
        <translation>第 %1 版仍在投放，直到本版投放或您停用它。</translation>
    </message>
    <message>
        <source>version %1 · written by %2 · %3</source>
        <translation>第 %1 版 · 由%2撰写 · %3</translation>
    </message>
    <message>
        <source>%1 by %2, %3</source>
        <translation>%1：%2，%3</translation>
    </message>
    <message>
        <source>Approve</source>
        <translation>批准</translation>
    </message>
    <message>
        <source>Set live</source>
        <translation>设为投放中</translation>
    </message>
    <message>
        <source>Edit text…</source>
        <translation>编辑文案…</translation>
    </message>
    <message>
        <source>Write another</source>
        <translation>再写一条</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>Retire</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回决定</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Keys: ↑ ↓ next ad · A approve · E edit · R reject · U take back</source>
        <translation>按键：↑ ↓ 切换 · A 批准 · E 编辑 · R 拒绝 · U 撤回</translation>
    </message>
    <message>
        <source>Key: %1</source>
        <translation>按键：%1</translation>
    </message>
</context>
<context>
    <name>AdExportSheet</name>
    <message>
        <source>Export ads</source>
        <translation>导出创意</translation>
    </message>
    <message numerus="yes">
        <source>All approved and live (%n)</source>
        <translation>
            <numerusform>全部已批准和投放中（%n）</numerusform>
        </translation>
    </message>
    <message>
        <source>Only this ad</source>
        <translation>仅这条创意</translation>
    </message>
    <message>
        <source>Which ads</source>
        <translation>哪些创意</translation>
    </message>
    <message>
        <source>Words (one CSV file)</source>
        <translation>文案（一个 CSV 文件）</translation>
    </message>
    <message>
        <source>Banners (a folder for each ad: PNG, HTML, manifest)</source>
        <translation>横幅（每条创意一个文件夹：PNG、HTML、清单）</translation>
    </message>
    <message>
        <source>Sizes of the banners</source>
        <translation>横幅尺寸</translation>
    </message>
    <message>
        <source>The usual sizes (%1)</source>
        <translation>常用尺寸（%1）</translation>
    </message>
    <message>
        <source>Every size (%1)</source>
        <translation>全部尺寸（%1）</translation>
    </message>
    <message>
        <source>Also say that they are live from now on</source>
        <translation>同时记为从现在起投放</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>Sizes</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>What the files hold</source>
        <translation>文件里有什么</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>%1: headline, text, button, the label, placement, language, version, the variant name for your logs, and who approved it when.</source>
        <translation>%1：标题、正文、按钮、广告标识、广告位、语言、版本、日志中使用的变体名，以及谁在何时批准。</translation>
    </message>
    <message>
        <source>Banners: the approved words with the product&apos;s photo and today&apos;s price. The HTML loads nothing from the network.</source>
        <translation>横幅：已批准的文案、商品照片和今天的价格。HTML 不从网络加载任何内容。</translation>
    </message>
    <message>
        <source>No shopper, no pseudonym and no score is in these files.</source>
        <translation>这些文件里没有顾客、没有假名、没有评分。</translation>
    </message>
    <message>
        <source>Every ad is checked once more against today&apos;s product. One that no longer holds is held back and goes to “Refused by checks”.</source>
        <translation>每条创意都会按今天的商品再检查一次。不再成立的会被扣下，并转入“未通过检查”。</translation>
    </message>
    <message>
        <source>No ad is approved yet: only approved ads leave the shop.</source>
        <translation>还没有已批准的创意：只有批准过的创意才能离开店铺。</translation>
    </message>
    <message>
        <source>Folder for the files</source>
        <translation>存放文件的文件夹</translation>
    </message>
</context>
<context>
    <name>AdFilters</name>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Every placement</source>
        <translation>所有广告位</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>广告位</translation>
    </message>
    <message>
        <source>Search ads</source>
        <translation>搜索创意</translation>
    </message>
</context>
<context>
    <name>AdHistory</name>
    <message>
        <source>Versions and decisions</source>
        <extracomment>files that are listed by name</extracomment>
        <translation>版本与决定</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Version %1 · %2</source>
        <translation>第 %1 版 · %2</translation>
    </message>
    <message>
        <source>The same words.</source>
        <translation>文案相同。</translation>
    </message>
    <message>
        <source>Decisions</source>
        <translation>决定</translation>
    </message>
    <message>
        <source>a decision taken back: %1 again</source>
        <translation>撤回了决定：重新%1</translation>
    </message>
    <message>
        <source>%1 by %2</source>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>Version %1: %2</source>
        <translation>第 %1 版：%2</translation>
    </message>
    <message>
        <source> (taken back later)</source>
        <translation>（后来撤回）</translation>
    </message>
    <message>
        <source>Nobody has decided yet.</source>
        <translation>还没有人作出决定。</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Version %1 in %2 by %3</source>
        <translation>第 %1 版，文件 %2（%3）</translation>
    </message>
    <message>
        <source>and %1 earlier files</source>
        <translation>以及更早的 %1 个文件</translation>
    </message>
    <message>
        <source>What came of it</source>
        <translation>效果</translation>
    </message>
    <message>
        <source>Version %1: shown %2 times, %3 clicks</source>
        <translation>第 %1 版：展现 %2 次，点击 %3 次</translation>
    </message>
    <message>
        <source>not enough data yet</source>
        <translation>数据还不够</translation>
    </message>
    <message>
        <source>CTR %1 (%2)</source>
        <translation>点击率 %1（%2）</translation>
    </message>
</context>
<context>
    <name>AdLook</name>
    <message>
        <source>Placement</source>
        <translation>广告位</translation>
    </message>
    <message>
        <source>Light page</source>
        <translation>浅色页面</translation>
    </message>
    <message>
        <source>Dark page</source>
        <translation>深色页面</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Ad</source>
        <translation>广告</translation>
    </message>
    <message>
        <source>This placement shows no text below.</source>
        <translation>这个广告位不显示正文。</translation>
    </message>
    <message>
        <source>Too long here: %1</source>
        <translation>在这里太长：%1</translation>
    </message>
    <message>
        <source>Written and checked for: %1. Here it is only a look.</source>
        <translation>为“%1”撰写并检查；这里只是看看效果。</translation>
    </message>
    <message>
        <source>Banner %1: %2</source>
        <translation>横幅 %1：%2</translation>
    </message>
    <message>
        <source>Drawing the banner…</source>
        <translation>正在绘制横幅…</translation>
    </message>
    <message>
        <source>This size cannot be made.</source>
        <translation>无法生成这个尺寸。</translation>
    </message>
    <message>
        <source>Best layout</source>
        <translation>最佳版式</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>左右</translation>
    </message>
    <message>
        <source>Stacked</source>
        <translation>上下</translation>
    </message>
    <message>
        <source>Over the photo</source>
        <translation>叠在照片上</translation>
    </message>
    <message>
        <source>Strip</source>
        <translation>长条</translation>
    </message>
    <message>
        <source>Words only</source>
        <translation>仅文字</translation>
    </message>
    <message>
        <source>Size of the banner</source>
        <translation>横幅尺寸</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>版式</translation>
    </message>
</context>
<context>
    <name>AdNames</name>
    <message>
        <source>Feed card</source>
        <translation>信息流卡片</translation>
    </message>
    <message>
        <source>Banner</source>
        <translation>横幅</translation>
    </message>
    <message>
        <source>Search</source>
        <extracomment>placements as tabs: family -&gt; its slots, the usual one first the usual slots and those of single platforms, in the order that a person reads them kinds of facts, as a writer names them</extracomment>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Feed</source>
        <translation>信息流</translation>
    </message>
    <message>
        <source>Marketplace</source>
        <translation>商城</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>邮件</translation>
    </message>
    <message>
        <source>Search (Google)</source>
        <translation>搜索（Google）</translation>
    </message>
    <message>
        <source>Search (Baidu)</source>
        <translation>搜索（百度）</translation>
    </message>
    <message>
        <source>Search (Microsoft)</source>
        <translation>搜索（微软）</translation>
    </message>
    <message>
        <source>Marketplace title</source>
        <translation>商品标题</translation>
    </message>
    <message>
        <source>Marketplace title (Amazon)</source>
        <translation>商品标题（亚马逊）</translation>
    </message>
    <message>
        <source>Marketplace title (Taobao)</source>
        <translation>商品标题（淘宝）</translation>
    </message>
    <message>
        <source>E-mail subject</source>
        <translation>邮件主题</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Coupon</source>
        <translation>优惠券</translation>
    </message>
    <message>
        <source>Promotion</source>
        <translation>促销</translation>
    </message>
    <message>
        <source>Brand</source>
        <translation>品牌</translation>
    </message>
    <message>
        <source>Goes well with</source>
        <translation>搭配</translation>
    </message>
    <message>
        <source>Win back</source>
        <translation>召回</translation>
    </message>
    <message>
        <source>Warm</source>
        <translation>温暖</translation>
    </message>
    <message>
        <source>Plain</source>
        <translation>朴实</translation>
    </message>
    <message>
        <source>English</source>
        <translation>英文</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <source>Headline</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>Button</source>
        <translation>按钮</translation>
    </message>
    <message>
        <source>It does not fit the placement.</source>
        <translation>放不进这个广告位。</translation>
    </message>
    <message>
        <source>The product&apos;s own text does not say this.</source>
        <translation>商品自己的文字里没有这个说法。</translation>
    </message>
    <message>
        <source>Such a claim is banned or cannot be proven.</source>
        <translation>这种说法被禁止或无法证明。</translation>
    </message>
    <message>
        <source>The shop entered no such offer.</source>
        <translation>店铺没有填写这样的优惠。</translation>
    </message>
    <message>
        <source>It guesses something about the reader.</source>
        <translation>它在猜测读者的情况。</translation>
    </message>
    <message>
        <source>It holds personal or contact data.</source>
        <translation>含有个人信息或联系方式。</translation>
    </message>
    <message>
        <source>Platforms do not accept this way of writing.</source>
        <translation>平台不接受这种写法。</translation>
    </message>
    <message>
        <source>It repeats an earlier ad.</source>
        <translation>与之前的创意重复。</translation>
    </message>
    <message>
        <source>Ads for such goods are restricted.</source>
        <translation>这类商品的广告受限制。</translation>
    </message>
    <message>
        <source>A rule is not kept.</source>
        <translation>不符合一条规则。</translation>
    </message>
    <message>
        <source>product&apos;s name</source>
        <translation>商品名</translation>
    </message>
    <message>
        <source>kind of product</source>
        <translation>商品种类</translation>
    </message>
    <message>
        <source>price</source>
        <translation>价格</translation>
    </message>
    <message>
        <source>brand</source>
        <translation>品牌</translation>
    </message>
    <message>
        <source>size</source>
        <translation>规格</translation>
    </message>
    <message>
        <source>offer</source>
        <translation>优惠</translation>
    </message>
    <message>
        <source>number of products</source>
        <translation>商品数</translation>
    </message>
    <message>
        <source>property</source>
        <translation>特点</translation>
    </message>
    <message>
        <source>material</source>
        <translation>材质</translation>
    </message>
    <message>
        <source>style</source>
        <translation>款式</translation>
    </message>
    <message>
        <source>ingredient</source>
        <translation>成分</translation>
    </message>
    <message>
        <source>contents</source>
        <translation>内含</translation>
    </message>
    <message>
        <source>collar</source>
        <translation>领型</translation>
    </message>
    <message>
        <source>sleeve</source>
        <translation>袖型</translation>
    </message>
    <message>
        <source>fit</source>
        <translation>版型</translation>
    </message>
    <message>
        <source>detail</source>
        <translation>细节</translation>
    </message>
    <message>
        <source>department</source>
        <translation>部门</translation>
    </message>
    <message>
        <source>Tells facts</source>
        <translation>讲事实</translation>
    </message>
    <message>
        <source>Opens with a hook</source>
        <translation>开头吸引人</translation>
    </message>
    <message>
        <source>Like an earlier ad</source>
        <translation>像之前的创意</translation>
    </message>
    <message>
        <source>Seen often by these people</source>
        <translation>这些人常看到</translation>
    </message>
    <message>
        <source>Uses the room</source>
        <translation>用足篇幅</translation>
    </message>
    <message>
        <source>Names the product</source>
        <translation>点出商品名</translation>
    </message>
    <message>
        <source>Repeats itself</source>
        <translation>自我重复</translation>
    </message>
    <message>
        <source>Would suit any product</source>
        <translation>放在哪都行的话</translation>
    </message>
    <message>
        <source>Close to the product</source>
        <translation>贴近商品</translation>
    </message>
    <message>
        <source>Close to the audience&apos;s reasons</source>
        <translation>贴近人群的理由</translation>
    </message>
    <message>
        <source>Headline model</source>
        <translation>标题模型</translation>
    </message>
    <message>
        <source>Expected clicks</source>
        <translation>预期点击</translation>
    </message>
    <message>
        <source>Like a better one</source>
        <translation>像更好的一条</translation>
    </message>
    <message>
        <source>Chance (breaks ties)</source>
        <translation>随机（打破平局）</translation>
    </message>
    <message>
        <source>the audience&apos;s expected rate by the model</source>
        <translation>模型对该人群的预期</translation>
    </message>
    <message>
        <source>the shop&apos;s own rate so far</source>
        <translation>本店至今的点击率</translation>
    </message>
    <message>
        <source>a common rate of shop ads, until your own were shown often enough</source>
        <translation>店铺广告的常见点击率，等本店广告展示够多后再用自己的</translation>
    </message>
    <message>
        <source>made a draft again</source>
        <translation>恢复为草稿</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>未通过</translation>
    </message>
    <message>
        <source>approved</source>
        <translation>批准</translation>
    </message>
    <message>
        <source>set live</source>
        <translation>设为投放中</translation>
    </message>
    <message>
        <source>retired</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>the checks</source>
        <translation>检查</translation>
    </message>
</context>
<context>
    <name>AdOrigin</name>
    <message>
        <source>Where it comes from</source>
        <translation>它从哪里来</translation>
    </message>
    <message>
        <source>Nothing was recorded.</source>
        <translation>没有记录。</translation>
    </message>
    <message>
        <source>Checked with</source>
        <translation>检查依据</translation>
    </message>
    <message>
        <source>%1 rule files</source>
        <translation>%1 个规则文件</translation>
    </message>
    <message>
        <source>%1, from version %2</source>
        <translation>%1，基于第 %2 版</translation>
    </message>
    <message>
        <source>Written by</source>
        <translation>撰写</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Hook</source>
        <translation>开头句</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Facts used</source>
        <translation>用到的事实</translation>
    </message>
    <message>
        <source>Campaign</source>
        <translation>广告活动</translation>
    </message>
    <message>
        <source>Offer</source>
        <translation>优惠</translation>
    </message>
    <message>
        <source>Score %1 =</source>
        <translation>得分 %1 =</translation>
    </message>
    <message>
        <source>Made no difference: %1.</source>
        <translation>没有影响：%1。</translation>
    </message>
    <message>
        <source>weight %1</source>
        <translation>权重 %1</translation>
    </message>
</context>
<context>
    <name>AdPreview</name>
    <message>
        <source>Preview of the ad</source>
        <extracomment>Grounds of the picture&apos;s place (light, deep, ink), alike in both looks. of a photo that must stay in sight where it fills its place</extracomment>
        <translation>广告预览</translation>
    </message>
</context>
<context>
    <name>AdResults</name>
    <message>
        <source>%1 more groups have fewer impressions.</source>
        <translation>另有 %1 组展现量更少。</translation>
    </message>
    <message>
        <source>Results are counted for ads that you approved.</source>
        <translation>只统计您批准过的创意。</translation>
    </message>
    <message>
        <source>Go to the review</source>
        <translation>去审核</translation>
    </message>
    <message>
        <source>No ad is approved yet</source>
        <translation>还没有已批准的创意</translation>
    </message>
    <message>
        <source>Results come with your files: import the log of shown ads with a column creative_id that holds the ad&apos;s id or the variant of the export, or a platform&apos;s report by day.</source>
        <translation>效果来自您的文件：导入展现日志，其中 creative_id 列填写创意编号或导出文件里的变体名；也可以导入平台的按日报表。</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>No results yet</source>
        <translation>还没有效果数据</translation>
    </message>
    <message numerus="yes">
        <source>%n impression(s) show ads that nobody had approved by then.</source>
        <translation>
            <numerusform>有 %n 次展现的创意当时还没有人批准。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n impression(s) name ads that were not written here; they are not counted.</source>
        <translation>
            <numerusform>有 %n 次展现的创意不是在这里写的；不计入。</numerusform>
        </translation>
    </message>
    <message>
        <source>every shopper</source>
        <translation>所有顾客</translation>
    </message>
    <message>
        <source>For: %1 · expected CTR %2 (%3)</source>
        <translation>面向：%1 · 预期点击率 %2（%3）</translation>
    </message>
    <message>
        <source>Ad</source>
        <translation>广告</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Impressions</source>
        <translation>展现量</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>点击</translation>
    </message>
    <message>
        <source>CTR</source>
        <translation>点击率</translation>
    </message>
    <message>
        <source>95% interval</source>
        <translation>95% 区间</translation>
    </message>
    <message>
        <source>Bought</source>
        <translation>购买</translation>
    </message>
    <message>
        <source>Best?</source>
        <translation>最佳？</translation>
    </message>
    <message>
        <source>Share next</source>
        <translation>接下来的份额</translation>
    </message>
    <message>
        <source>Results of %1</source>
        <translation>%1 的效果</translation>
    </message>
    <message>
        <source>too few</source>
        <translation>太少</translation>
    </message>
    <message>
        <source>No variant is in use now.</source>
        <translation>现在没有在用的变体。</translation>
    </message>
    <message>
        <source>Only one variant is in use: approve another to compare.</source>
        <translation>只有一个变体在用：再批准一个才能比较。</translation>
    </message>
    <message>
        <source>Not enough data yet to call one the best. Best? is the chance of the highest CTR, Share next what the chooser would give.</source>
        <translation>数据还不够，不能说哪个最好。“最佳？”是点击率最高的概率，“接下来的份额”是选择器会给的比例。</translation>
    </message>
    <message>
        <source>“%1” is likely the best.</source>
        <translation>“%1”很可能是最好的。</translation>
    </message>
</context>
<context>
    <name>AdRules</name>
    <message>
        <source>Use what the product text says, or leave it out.</source>
        <extracomment>kind of fix -&gt; what to do</extracomment>
        <translation>改成商品文字里的说法，或者删掉。</translation>
    </message>
    <message>
        <source>Remove it, or enter the offer when ads are written.</source>
        <translation>删掉，或在撰写时填写优惠。</translation>
    </message>
    <message>
        <source>Leave it out, or add it to the product text if it is true.</source>
        <translation>删掉；如果属实，请加到商品文字里。</translation>
    </message>
    <message>
        <source>Shorten it.</source>
        <translation>请缩短。</translation>
    </message>
    <message>
        <source>Write the missing words.</source>
        <translation>请补上文字。</translation>
    </message>
    <message>
        <source>Leave it out.</source>
        <translation>请删掉。</translation>
    </message>
    <message>
        <source>Say something else of the product.</source>
        <translation>换个角度介绍商品。</translation>
    </message>
    <message>
        <source>Make sure that the shop has the permit.</source>
        <translation>请确认店铺有许可。</translation>
    </message>
    <message>
        <source>Remove it.</source>
        <translation>请删除。</translation>
    </message>
    <message>
        <source>Speak of the product, not of the reader.</source>
        <translation>只谈商品，不谈读者。</translation>
    </message>
    <message>
        <source>Type the words again in plain letters.</source>
        <translation>请用普通文字重新输入。</translation>
    </message>
    <message>
        <source>Keep one.</source>
        <translation>保留一个即可。</translation>
    </message>
    <message>
        <source>End it with a full stop.</source>
        <translation>请加上句号。</translation>
    </message>
    <message>
        <source>Show it with its label.</source>
        <translation>请带上广告标识。</translation>
    </message>
    <message>
        <source>Say what the product is or does instead, with a fact.</source>
        <translation>改说商品是什么、有什么用，用事实说话。</translation>
    </message>
    <message>
        <source>It is not the product&apos;s price.</source>
        <extracomment>name of a rule -&gt; what is wrong, and the kind of fix</extracomment>
        <translation>这不是商品的价格。</translation>
    </message>
    <message>
        <source>The product text gives no price by this unit.</source>
        <translation>商品文字没有给出这个单位的价格。</translation>
    </message>
    <message>
        <source>The shop has not entered this discount.</source>
        <translation>店铺没有填写这个折扣。</translation>
    </message>
    <message>
        <source>The product text does not give this figure.</source>
        <translation>商品文字没有这个数值。</translation>
    </message>
    <message>
        <source>The product text does not give this number in this sense.</source>
        <translation>商品文字没有这个意思的数字。</translation>
    </message>
    <message>
        <source>The product text does not say this of the product.</source>
        <translation>商品文字没有这样描述商品。</translation>
    </message>
    <message>
        <source>A brand that the product text does not name.</source>
        <translation>商品文字没有提到的品牌。</translation>
    </message>
    <message>
        <source>A place that the product text does not name.</source>
        <translation>商品文字没有提到的产地。</translation>
    </message>
    <message>
        <source>This name is not in the product text.</source>
        <translation>商品文字里没有这个名称。</translation>
    </message>
    <message>
        <source>Too long for the placement.</source>
        <translation>超出广告位的长度。</translation>
    </message>
    <message>
        <source>A part has no words.</source>
        <translation>有一部分没有文字。</translation>
    </message>
    <message>
        <source>This placement has no such part.</source>
        <translation>这个广告位没有这一部分。</translation>
    </message>
    <message>
        <source>This ad exists already for this product and audience.</source>
        <translation>该商品和人群已有相同的创意。</translation>
    </message>
    <message>
        <source>Nearly the same as an earlier ad.</source>
        <translation>与之前的创意几乎相同。</translation>
    </message>
    <message>
        <source>Only a word or two differ from an earlier ad.</source>
        <translation>与之前的创意只差一两个词。</translation>
    </message>
    <message>
        <source>Ads for such goods are restricted: a permit may be needed.</source>
        <translation>这类商品的广告受限制，可能需要许可。</translation>
    </message>
    <message>
        <source>Such goods must not be advertised.</source>
        <translation>这类商品不得做广告。</translation>
    </message>
    <message>
        <source>Ads for such goods must not speak of this.</source>
        <translation>这类商品的广告不得提及这一点。</translation>
    </message>
    <message>
        <source>Ads carry no personal or contact data.</source>
        <translation>广告里不得有个人信息或联系方式。</translation>
    </message>
    <message>
        <source>The ad addresses somebody by name.</source>
        <translation>广告点名称呼了某人。</translation>
    </message>
    <message>
        <source>The ad guesses something sensitive about its reader.</source>
        <translation>广告在猜测读者的敏感情况。</translation>
    </message>
    <message>
        <source>The ad says what it knows or guesses of the reader.</source>
        <translation>广告说出了对读者的了解或猜测。</translation>
    </message>
    <message>
        <source>Hidden characters.</source>
        <translation>含有隐藏字符。</translation>
    </message>
    <message>
        <source>Emoji and pictures are not allowed.</source>
        <translation>不允许表情符号和图形。</translation>
    </message>
    <message>
        <source>Letters of another script, or letters in disguise.</source>
        <translation>混用其他文字或伪装的字母。</translation>
    </message>
    <message>
        <source>Repeated punctuation.</source>
        <translation>标点重复。</translation>
    </message>
    <message>
        <source>More than one exclamation mark.</source>
        <translation>感叹号不止一个。</translation>
    </message>
    <message>
        <source>No exclamation mark in a headline.</source>
        <translation>标题里不能有感叹号。</translation>
    </message>
    <message>
        <source>Capitals for emphasis.</source>
        <translation>用大写字母强调。</translation>
    </message>
    <message>
        <source>A symbol used as decoration.</source>
        <translation>用符号作装饰。</translation>
    </message>
    <message>
        <source>Spaces are not where they belong.</source>
        <translation>空格位置不对。</translation>
    </message>
    <message>
        <source>A word is spelled with gaps or stretched letters.</source>
        <translation>词语被拆开或拉长。</translation>
    </message>
    <message>
        <source>The last sentence has no end.</source>
        <translation>最后一句没有结尾。</translation>
    </message>
    <message>
        <source>Words of another language than the ad&apos;s.</source>
        <translation>夹杂了其他语言。</translation>
    </message>
    <message>
        <source>The same word twice.</source>
        <translation>同一个词出现两次。</translation>
    </message>
    <message>
        <source>The same word stands too often.</source>
        <translation>同一个词出现太多次。</translation>
    </message>
    <message>
        <source>This reads like an instruction to a program.</source>
        <translation>这像是给程序的指令。</translation>
    </message>
    <message>
        <source>An ad must carry its label.</source>
        <translation>广告必须带有广告标识。</translation>
    </message>
    <message>
        <source>Absolute words are banned in Chinese ads (Advertising Law, art. 9(3)).</source>
        <translation>绝对化用语，《广告法》第九条第（三）项禁止。</translation>
    </message>
    <message>
        <source>“100%” may stand only before a material that the product text names (art. 28).</source>
        <translation>“100%”只能用在商品文字写明的材质前（第二十八条）。</translation>
    </message>
    <message>
        <source>A health or efficacy claim.</source>
        <translation>涉及健康或功效的宣传。</translation>
    </message>
    <message>
        <source>A promise of gain or an offer of money.</source>
        <translation>承诺收益或提供资金。</translation>
    </message>
    <message>
        <source>Comparison with breast milk is banned.</source>
        <translation>禁止与母乳比较。</translation>
    </message>
    <message>
        <source>A promise or a safety claim that nobody can keep.</source>
        <translation>没有人能保证的承诺或安全性断言。</translation>
    </message>
    <message>
        <source>The product text does not say this (art. 28).</source>
        <translation>商品文字没有这样说（第二十八条）。</translation>
    </message>
    <message>
        <source>Superstition is not allowed in ads (Advertising Law, art. 9(8)).</source>
        <translation>广告不得含有迷信内容（《广告法》第九条第（八）项）。</translation>
    </message>
    <message>
        <source>State symbols, organs and their names are not allowed in ads.</source>
        <translation>广告不得使用国家标志、机关及其名称。</translation>
    </message>
    <message>
        <source>Such words are not allowed in ads for alcohol.</source>
        <translation>酒类广告不得使用这样的词语。</translation>
    </message>
    <message>
        <source>Goods must not be praised as a substitute for medicine.</source>
        <translation>不得宣称可以代替药物。</translation>
    </message>
    <message>
        <source>Ads must not urge children to have things bought.</source>
        <translation>不得劝诱未成年人要求购买。</translation>
    </message>
    <message>
        <source>A superlative or a comparison that the product text does not prove.</source>
        <translation>商品文字无法证明的最高级或比较。</translation>
    </message>
    <message>
        <source>A promise that nobody can keep for every reader.</source>
        <translation>无法对每位读者兑现的承诺。</translation>
    </message>
    <message>
        <source>Popularity or an endorsement that the product text does not give.</source>
        <translation>商品文字没有提供的人气或背书。</translation>
    </message>
    <message>
        <source>Popularity, prizes or an endorsement that the product text does not give.</source>
        <translation>商品文字没有提供的人气、奖项或背书。</translation>
    </message>
    <message>
        <source>A green claim that the product text does not give.</source>
        <translation>商品文字没有提供的环保宣传。</translation>
    </message>
    <message>
        <source>Engagement bait.</source>
        <translation>诱导互动。</translation>
    </message>
    <message>
        <source>An ad must not make readers feel bad about their looks.</source>
        <translation>广告不得让读者对外貌感到不安。</translation>
    </message>
    <message>
        <source>The shop has not entered such an offer.</source>
        <translation>店铺没有填写这样的优惠。</translation>
    </message>
    <message>
        <source>The shop has not said this of delivery, returns, warranty or service.</source>
        <translation>店铺没有说明这样的配送、退换、保修或服务。</translation>
    </message>
    <message>
        <source>Stock or urgency that the shop has not entered.</source>
        <translation>店铺没有填写的库存紧张或催促。</translation>
    </message>
    <message>
        <source>This mark is not allowed in a title.</source>
        <translation>标题不允许这个符号。</translation>
    </message>
    <message>
        <source>Promotional phrases are not allowed in a title.</source>
        <translation>商品标题不允许促销用语。</translation>
    </message>
    <message>
        <source>Claims of official status and “click here” are not allowed.</source>
        <translation>不允许自称官方，也不允许“点击这里”。</translation>
    </message>
    <message>
        <source>Insulting, indecent or demeaning words.</source>
        <translation>侮辱、低俗或贬损的词语。</translation>
    </message>
    <message>
        <source>A rude word: fine of things, not of people.</source>
        <translation>粗俗的字眼：可以说物，不可以说人。</translation>
    </message>
    <message>
        <source>Praise that no fact of the product text carries.</source>
        <translation>商品文字中没有依据的夸赞。</translation>
    </message>
    <message>
        <source>An offer of money or of investment.</source>
        <translation>涉及金钱或投资的推介。</translation>
    </message>
    <message>
        <source>Goods or services whose ads are prohibited or restricted.</source>
        <translation>禁止或限制做广告的商品或服务。</translation>
    </message>
    <message>
        <source>A subject must not look like an answer or a forwarded message.</source>
        <translation>邮件主题不得冒充回复或转发。</translation>
    </message>
    <message>
        <source>A false notice: the subject must say what the mail is.</source>
        <translation>虚假通知：主题必须说明邮件是什么。</translation>
    </message>
    <message>
        <source>Words that spam filters weigh.</source>
        <translation>垃圾邮件过滤器会扣分的词。</translation>
    </message>
    <message>
        <source>“Click here” and clickbait are not allowed.</source>
        <translation>不允许“点击这里”和标题党。</translation>
    </message>
    <message>
        <source>Urging to share or follow, clickbait, or a false system message.</source>
        <translation>诱导分享或关注、标题党或虚假系统消息。</translation>
    </message>
</context>
<context>
    <name>AdStyle</name>
    <message>
        <source>Learn my style</source>
        <translation>学习我的风格</translation>
    </message>
    <message>
        <source>%1 of %2 preferences</source>
        <translation>%1 / %2 个偏好</translation>
    </message>
    <message>
        <source>Your words over the writer&apos;s</source>
        <translation>您改的文案胜过原文</translation>
    </message>
    <message>
        <source>Approved over rejected</source>
        <translation>批准的胜过拒绝的</translation>
    </message>
    <message>
        <source>Clicked more than another</source>
        <translation>点击更多</translation>
    </message>
    <message>
        <source>No longer hold</source>
        <translation>不再成立</translation>
    </message>
    <message>
        <source>Every edit that you approve and every yes over a no is kept as a preference, on this computer only. They are never sent, also not to the league.</source>
        <translation>您批准的每次修改、每个“要这个不要那个”都会记为一个偏好，只存在本机。绝不发送，也不发给联盟。</translation>
    </message>
    <message>
        <source>What learning takes</source>
        <translation>学习需要什么</translation>
    </message>
    <message>
        <source>%1 preferences are there</source>
        <translation>已有 %1 个偏好</translation>
    </message>
    <message>
        <source>%1 preferences: %2 are missing</source>
        <translation>%1 个偏好：还差 %2 个</translation>
    </message>
    <message>
        <source>A language model of 0.5 billion parameters or more, named in ads.toml. The small one that comes with Hansa is too small.</source>
        <translation>一个 5 亿参数以上的语言模型，写在 ads.toml 里。Hansa 自带的小模型太小。</translation>
    </message>
    <message>
        <source>Then hansa ads learn fits the model to your choices, shows before and after, and can be undone. Until then the writers stay as they are.</source>
        <translation>之后 hansa ads learn 会让模型贴合您的选择，给出前后对比，并可撤销。在那之前写手保持不变。</translation>
    </message>
</context>
<context>
    <name>AdTasks</name>
    <message>
        <source>Your own model could not write. Name it in ads.toml in the shop&apos;s folder, or choose Templates: they need no model.</source>
        <translation>您自己的模型无法撰写。请在店铺文件夹的 ads.toml 里写明模型，或选择“模板”：不需要模型。</translation>
    </message>
    <message>
        <source>Writing ads for “%1”</source>
        <translation>正在为“%1”撰写创意</translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s)</source>
        <translation>
            <numerusform>%n 条创意</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n new ad(s) wait for you.</source>
        <translation>
            <numerusform>%n 条新创意等待您确认。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s) did not pass the checks; see what they found.</source>
        <translation>
            <numerusform>%n 条创意未通过检查；请看检查结果。</numerusform>
        </translation>
    </message>
    <message>
        <source>The words</source>
        <translation>文案</translation>
    </message>
    <message>
        <source>Banners of “%1”</source>
        <translation>“%1”的横幅</translation>
    </message>
    <message>
        <source>Writing ads to %1</source>
        <translation>正在写入 %1</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n 个文件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) are in the folder %1.</source>
        <translation>
            <numerusform>%n 个文件已写入文件夹 %1。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s) no longer hold and were held back.</source>
        <translation>
            <numerusform>%n 条创意不再成立，已扣下。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AdWhy</name>
    <message>
        <source>Why these people</source>
        <translation>为什么是这些人</translation>
    </message>
    <message>
        <source>For every shopper: no audience was chosen.</source>
        <translation>面向所有顾客：未选择人群。</translation>
    </message>
    <message>
        <source>Factors on the odds against this shop&apos;s average shopper: what the model used, not what causes a purchase. The ad knows these groups only, never a person.</source>
        <translation>相对本店平均顾客的几率倍数：说明模型用了什么，并不代表购买的原因。创意只知道这些分组，从不知道某个人。</translation>
    </message>
    <message>
        <source>No single group of features stands out.</source>
        <translation>没有特别突出的特征。</translation>
    </message>
    <message>
        <source>Expected CVR</source>
        <translation>预期转化率</translation>
    </message>
    <message>
        <source>Expected CTR</source>
        <translation>预期点击率</translation>
    </message>
    <message>
        <source>not known: no clicks recorded</source>
        <translation>未知：没有点击记录</translation>
    </message>
    <message>
        <source>Shop&apos;s average CVR</source>
        <translation>店铺平均转化率</translation>
    </message>
    <message>
        <source>%1 shoppers</source>
        <translation>%1 位顾客</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
</context>
<context>
    <name>AdWords</name>
    <message>
        <source>Checks</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Show all %1</source>
        <translation>全部显示（%1）</translation>
    </message>
    <message>
        <source>Facts match the catalogue</source>
        <translation>内容与商品资料一致</translation>
    </message>
    <message>
        <source>No banned or unproven claim</source>
        <translation>没有违禁或无依据的宣称</translation>
    </message>
    <message>
        <source>Lengths fit the placement</source>
        <translation>长度符合版位</translation>
    </message>
    <message>
        <source>No guess about the reader</source>
        <translation>没有猜测读者</translation>
    </message>
</context>
<context>
    <name>Ads</name>
    <message>
        <source>Ads</source>
        <extracomment>lines of the queue; the search finds the others</extracomment>
        <translation>创意</translation>
    </message>
    <message>
        <source>Nothing is shown or exported that you did not approve.</source>
        <translation>未经您批准的内容不会展示或导出。</translation>
    </message>
    <message>
        <source>Ads to review</source>
        <translation>待审核的创意</translation>
    </message>
    <message>
        <source>Review</source>
        <extracomment>parts of the page, for those who make pictures of it</extracomment>
        <translation>审核</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>效果</translation>
    </message>
    <message>
        <source>My style</source>
        <translation>我的风格</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Write ads…</source>
        <translation>撰写创意…</translation>
    </message>
    <message>
        <source>No ad here: %1</source>
        <translation>此处没有创意：%1</translation>
    </message>
    <message>
        <source>All read. Nothing waits for you.</source>
        <translation>都看完了，没有待确认的创意。</translation>
    </message>
    <message>
        <source>Have more ads written, or look at what came of those that are live.</source>
        <translation>可以再写一些，或看看投放中的效果。</translation>
    </message>
    <message>
        <source>Choose a product: ads are written on this computer and wait for you.</source>
        <translation>选择一个商品：创意在本机撰写，等待您确认。</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>First bring the shop&apos;s products in.</source>
        <translation>请先导入店铺的商品。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>No ad yet</source>
        <translation>还没有创意</translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s)</source>
        <translation>
            <numerusform>%n 条创意</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AudienceDetail</name>
    <message>
        <source>Who is likely to buy “%1”</source>
        <translation>可能购买“%1”的人群</translation>
    </message>
    <message>
        <source>Expected conversion rate</source>
        <translation>预期转化率</translation>
    </message>
    <message>
        <source>Expected %1, interval %2, shop&apos;s average %3</source>
        <translation>预期 %1，区间 %2，店铺平均 %3</translation>
    </message>
    <message>
        <source>95% interval</source>
        <translation>95% 区间</translation>
    </message>
    <message>
        <source>Shop&apos;s average (the tick)</source>
        <translation>店铺平均（竖线）</translation>
    </message>
    <message>
        <source>Shoppers</source>
        <translation>顾客</translation>
    </message>
    <message>
        <source>Expected CTR</source>
        <translation>预期点击率</translation>
    </message>
    <message>
        <source>Scored by model %1</source>
        <translation>由模型 %1 评分</translation>
    </message>
    <message>
        <source>Write ads</source>
        <translation>撰写创意</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>What the model used</source>
        <translation>模型依据</translation>
    </message>
    <message>
        <source>No single group of features stands out.</source>
        <translation>没有特别突出的特征。</translation>
    </message>
    <message>
        <source>Factors on the odds against this shop&apos;s average shopper. They say what the model used, not what causes a purchase.</source>
        <translation>相对本店平均顾客的几率倍数。它们说明模型用了什么，并不代表购买的原因。</translation>
    </message>
</context>
<context>
    <name>Audiences</name>
    <message>
        <source>Audiences</source>
        <translation>人群定向</translation>
    </message>
    <message>
        <source>Shoppers are pseudonyms; scores and reasons never leave this computer.</source>
        <translation>顾客以化名显示；得分与依据从不离开本机。</translation>
    </message>
    <message>
        <source>Pick an audience</source>
        <translation>选取人群</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>成员</translation>
    </message>
    <message>
        <source>In common</source>
        <translation>重叠</translation>
    </message>
    <message>
        <source>Who gets to see it</source>
        <translation>谁会看到</translation>
    </message>
    <message>
        <source>Exports</source>
        <translation>导出记录</translation>
    </message>
    <message>
        <source>More of this audience</source>
        <translation>此人群的更多内容</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>First bring the shop&apos;s files in.</source>
        <translation>请先导入店铺文件。</translation>
    </message>
    <message>
        <source>Go to Learning</source>
        <translation>前往联合学习</translation>
    </message>
    <message>
        <source>A signed model is needed: join a league and learn with it.</source>
        <translation>需要一个已签名的模型：请先加入联盟并参与学习。</translation>
    </message>
    <message>
        <source>Choose a product: the model finds who is likely to buy it, and why.</source>
        <translation>选择一个商品：模型会找出可能购买的人群及其依据。</translation>
    </message>
    <message>
        <source>No audience yet</source>
        <translation>还没有人群</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Expected CVR</source>
        <translation>预期转化率</translation>
    </message>
    <message>
        <source>95% interval</source>
        <translation>95% 区间</translation>
    </message>
    <message>
        <source>Shop&apos;s average</source>
        <translation>店铺平均</translation>
    </message>
    <message>
        <source>Against average</source>
        <translation>较平均</translation>
    </message>
    <message>
        <source>Picked</source>
        <translation>选取时间</translation>
    </message>
    <message>
        <source>unsure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>The audience is ready.</source>
        <translation>人群已就绪。</translation>
    </message>
    <message>
        <source>The audience is ready: %1 of the %2 asked for, no more fit.</source>
        <translation>人群已选好：您要 %2 人，符合条件的只有 %1 人。</translation>
    </message>
    <message>
        <source>New ads wait for your approval.</source>
        <translation>新创意等待您确认。</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>Bringing</name>
    <message>
        <source>The folder holds no files that can be imported.</source>
        <translation>文件夹中没有可以导入的文件。</translation>
    </message>
    <message>
        <source>Files are being looked at already.</source>
        <translation>正在查看文件。</translation>
    </message>
    <message>
        <source>An import is running already.</source>
        <translation>已经有一个导入在进行。</translation>
    </message>
    <message>
        <source>The files were imported.</source>
        <translation>文件已导入。</translation>
    </message>
</context>
<context>
    <name>CleanCard</name>
    <message>
        <source>Last run %1</source>
        <translation>上次运行 %1</translation>
    </message>
    <message>
        <source>Not run yet</source>
        <translation>尚未运行</translation>
    </message>
    <message>
        <source>Cleaning</source>
        <translation>清洗</translation>
    </message>
    <message>
        <source>A rule sets rows aside: they stay here but are not learnt from, scored or counted. Switch the rule off, run again, and they are back.</source>
        <translation>规则会把一些行搁置：数据仍在本机，但不用于学习、评分和统计。关闭规则并重新运行即可恢复。</translation>
    </message>
    <message>
        <source>Undo last switch</source>
        <translation>撤销上次开关</translation>
    </message>
    <message>
        <source>Clean now</source>
        <translation>立即清洗</translation>
    </message>
    <message>
        <source>Switched. It counts when the rules run again.</source>
        <translation>已切换，下次运行规则时生效。</translation>
    </message>
    <message>
        <source>The switches are as before the last change.</source>
        <translation>开关已恢复到上次更改之前。</translation>
    </message>
    <message>
        <source>The rules have run over all rows.</source>
        <translation>规则已对所有行运行完毕。</translation>
    </message>
    <message>
        <source>%1 set aside</source>
        <translation>搁置 %1 行</translation>
    </message>
    <message>
        <source>switched, not run yet</source>
        <translation>已切换，尚未运行</translation>
    </message>
</context>
<context>
    <name>Confirm</name>
    <message>
        <source>Go back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>DataFiles</name>
    <message>
        <source>Choose files…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Try with sample data</source>
        <translation>用示例数据试试</translation>
    </message>
    <message>
        <source>Drop the files of your shop here</source>
        <translation>把店铺的文件拖到这里</translation>
    </message>
    <message>
        <source>Products, shoppers, events, ads shown, conversions and costs, as your systems export them: CSV, Excel, JSON, Parquet. They are copied into a file on this computer and are never uploaded.</source>
        <translation>商品、顾客、行为、广告展示、转化和费用，按您系统导出的样子即可：CSV、Excel、JSON、Parquet。数据只复制到本机的一个文件中，绝不上传。</translation>
    </message>
</context>
<context>
    <name>DaysCard</name>
    <message>
        <source>By week</source>
        <translation>按周</translation>
    </message>
    <message>
        <source>By day</source>
        <translation>按天</translation>
    </message>
    <message>
        <source>Spend</source>
        <translation>花费</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>What the chart shows</source>
        <translation>图表内容</translation>
    </message>
    <message>
        <source>Purchases</source>
        <translation>购买</translation>
    </message>
</context>
<context>
    <name>Deciding</name>
    <message>
        <source>Approved: “%1”</source>
        <translation>已批准：“%1”</translation>
    </message>
    <message>
        <source>Reject this ad?</source>
        <translation>拒绝这条创意？</translation>
    </message>
    <message>
        <source>Nobody will see it. The reason stays with it and teaches your style.</source>
        <translation>不会有人看到它。理由会留存，用来学习您的风格。</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>拒绝</translation>
    </message>
    <message>
        <source>Not our tone</source>
        <translation>语气不合适</translation>
    </message>
    <message>
        <source>Says nothing</source>
        <translation>言之无物</translation>
    </message>
    <message>
        <source>Not true</source>
        <translation>不属实</translation>
    </message>
    <message>
        <source>Rejected: “%1”</source>
        <translation>已拒绝：“%1”</translation>
    </message>
    <message>
        <source>Live: “%1”. Hansa counts its results from now on.</source>
        <translation>投放中：“%1”。从现在起统计效果。</translation>
    </message>
    <message>
        <source>Retire this ad?</source>
        <translation>停用这条创意？</translation>
    </message>
    <message>
        <source>It is no longer exported or chosen. Stopping it on a platform is done on the platform.</source>
        <translation>不再导出或选用。要在平台上停止投放，请到平台操作。</translation>
    </message>
    <message>
        <source>Retire</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Sold out</source>
        <translation>已售罄</translation>
    </message>
    <message>
        <source>Campaign is over</source>
        <translation>活动结束</translation>
    </message>
    <message>
        <source>A better one exists</source>
        <translation>有更好的</translation>
    </message>
    <message>
        <source>Retired: “%1”</source>
        <translation>已停用：“%1”</translation>
    </message>
    <message>
        <source>Taken back: “%1”</source>
        <translation>已撤回决定：“%1”</translation>
    </message>
</context>
<context>
    <name>Departure</name>
    <message>
        <source>%1 of the shoppers, %2 noisy sum(s)</source>
        <translation>%1 的顾客，%2 次加噪求和</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Run and round</source>
        <translation>任务与轮次</translation>
    </message>
    <message>
        <source>Each step took</source>
        <translation>每步取样</translation>
    </message>
    <message>
        <source>Most one shopper can weigh</source>
        <translation>单个顾客的最大权重</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>噪声</translation>
    </message>
    <message>
        <source>Against whom it holds</source>
        <translation>针对谁有效</translation>
    </message>
    <message>
        <source>%1 times that weight, from a cryptographic generator</source>
        <translation>该权重的 %1 倍，来自密码学随机数</translation>
    </message>
    <message>
        <source>%1 times that weight in the sum of all shops; this shop&apos;s own share is %2 times</source>
        <translation>所有店铺的总和中为该权重的 %1 倍；其中本店自己的份额为 %2 倍</translation>
    </message>
    <message>
        <source>Whose presence is hidden</source>
        <translation>隐藏谁的存在</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Ledger entry</source>
        <translation>账本条目</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
</context>
<context>
    <name>DepartureDialog</name>
    <message>
        <source>Noised arrays that left</source>
        <translation>发出的加噪数组</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>数值个数</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Drift</name>
    <message>
        <source>Yes, as before</source>
        <translation>是，与之前一样</translation>
    </message>
    <message>
        <source>Keep an eye on it</source>
        <translation>需要留意</translation>
    </message>
    <message>
        <source>Not any more</source>
        <translation>已不准确</translation>
    </message>
    <message>
        <source>Too little to tell</source>
        <translation>数据太少，无法判断</translation>
    </message>
    <message>
        <source>There are %1 ads shown in the newest weeks and %2 before; 50 each are needed to compare.</source>
        <translation>最近几周展示了 %1 次广告，之前 %2 次；比较至少各需 50 次。</translation>
    </message>
    <message>
        <source>Since %1 there were ×%2 as many orders as the model expected (%3 – %4): it is too careful now. Learn a new round with the league.</source>
        <translation>自 %1 起，订单数是模型预期的 ×%2（%3 – %4）：模型现在过于保守。请与联盟再学习一轮。</translation>
    </message>
    <message>
        <source>Since %1 there were only ×%2 as many orders as the model expected (%3 – %4): it promises too much now. Learn a new round with the league.</source>
        <translation>自 %1 起，订单数只有模型预期的 ×%2（%3 – %4）：模型现在过于乐观。请与联盟再学习一轮。</translation>
    </message>
    <message>
        <source>Orders are as expected, but other shoppers or products are scored now than before.</source>
        <translation>订单符合预期，但现在评分的顾客或商品与之前不同。</translation>
    </message>
    <message>
        <source>Scores and orders are as expected, but some features moved.</source>
        <translation>得分和订单符合预期，但部分特征发生了变化。</translation>
    </message>
    <message>
        <source>Scores, features and orders are as the model expects.</source>
        <translation>得分、特征和订单都符合模型预期。</translation>
    </message>
    <message>
        <source>as before</source>
        <translation>与之前一样</translation>
    </message>
    <message>
        <source>moved</source>
        <translation>有变化</translation>
    </message>
    <message>
        <source>moved far</source>
        <translation>变化很大</translation>
    </message>
    <message>
        <source>%1 · PSI %2 (under 0.10 is steady, over 0.25 is far)</source>
        <translation>%1 · PSI %2（低于 0.10 为稳定，高于 0.25 为变化很大）</translation>
    </message>
</context>
<context>
    <name>DriftCard</name>
    <message>
        <source>Is the model still right?</source>
        <translation>模型还准确吗？</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Comparing the newest weeks with those before…</source>
        <translation>正在将最近几周与之前比较…</translation>
    </message>
    <message>
        <source>With a model and a few weeks of rows you see here whether it still fits.</source>
        <translation>有了模型和几周的数据后，这里会显示它是否仍然适用。</translation>
    </message>
    <message>
        <source>What moved most in your rows: %1.</source>
        <translation>您的数据中变化最大的：%1。</translation>
    </message>
    <message>
        <source>Reckoned on this computer from your own rows; nothing of it is sent.</source>
        <translation>在本机上根据您自己的数据计算；不会发送任何内容。</translation>
    </message>
    <message>
        <source>Scores from %1 on: %2 of the rows before, %3 since</source>
        <translation>得分从 %1 起：之前占 %2，之后占 %3</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>since %1</source>
        <translation>自 %1 起</translation>
    </message>
    <message>
        <source>How scores are spread</source>
        <translation>得分的分布</translation>
    </message>
    <message>
        <source>Week of %1: %2 expected, %3 seen, of %4 ads shown</source>
        <translation>%1 当周：预期 %2，实际 %3，展示广告 %4 次</translation>
    </message>
    <message>
        <source>expected</source>
        <translation>预期</translation>
    </message>
    <message>
        <source>seen</source>
        <translation>实际</translation>
    </message>
    <message>
        <source>Orders, by week in which the ad was shown</source>
        <translation>订单数，按广告展示的周统计</translation>
    </message>
    <message>
        <source>Only weeks with ads; the newest may still gain orders</source>
        <translation>仅含有广告的周；最近一周的订单可能还会增加</translation>
    </message>
</context>
<context>
    <name>EditDialog</name>
    <message>
        <source>Edit text</source>
        <extracomment>findings that fit a small screen below the fields</extracomment>
        <translation>编辑文案</translation>
    </message>
    <message>
        <source>Saving makes a new version that waits for your approval.</source>
        <translation>保存会生成新版本，等待您批准。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>and %1 more, marked in the words</source>
        <translation>另有 %1 处，已在文字中标出</translation>
    </message>
    <message>
        <source>The checks find nothing in these words.</source>
        <translation>检查没有发现问题。</translation>
    </message>
    <message>
        <source>Saved as a new version.</source>
        <translation>已保存为新版本。</translation>
    </message>
</context>
<context>
    <name>ExportSheet</name>
    <message>
        <source>Write “%1” to a file</source>
        <translation>将“%1”写入文件</translation>
    </message>
    <message>
        <source>Pseudonyms (CSV)</source>
        <translation>假名（CSV）</translation>
    </message>
    <message>
        <source>Customer match (hashed)</source>
        <translation>客户匹配（哈希）</translation>
    </message>
    <message>
        <source>Pseudonyms (JSON)</source>
        <translation>假名（JSON）</translation>
    </message>
    <message>
        <source>Form of the file</source>
        <translation>文件格式</translation>
    </message>
    <message>
        <source>Calling code of your country</source>
        <translation>您所在国家的电话区号</translation>
    </message>
    <message>
        <source>Choose where…</source>
        <translation>选择位置…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Your list of e-mails and phones…</source>
        <translation>您的邮箱和电话名单…</translation>
    </message>
    <message>
        <source>Calling code for phone numbers without one</source>
        <translation>没有区号的电话号码使用的区号</translation>
    </message>
    <message>
        <source>CSV with customer_id and email or phone; read now, kept nowhere.</source>
        <translation>含 customer_id 及 email 或 phone 的 CSV；仅此刻读取，不会保存。</translation>
    </message>
    <message>
        <source>Hashes (SHA-256) of e-mails and phones of its members, as Google, Meta and others take them; only of those that your list has.</source>
        <translation>成员邮箱和电话的哈希（SHA-256），Google、Meta 等平台均可接受；仅含您名单中有的成员。</translation>
    </message>
    <message>
        <source>Hashes of addresses are still personal data: give the file to the platform only, and delete it then.</source>
        <translation>联系方式的哈希仍是个人数据：只交给平台，之后请删除文件。</translation>
    </message>
    <message>
        <source>%1 pseudonyms, one a line, in no telling order.</source>
        <translation>%1 个假名，每行一个，顺序不透露任何信息。</translation>
    </message>
    <message>
        <source>%1 pseudonyms with the audience&apos;s name, its product and its day.</source>
        <translation>%1 个假名，以及人群名称、商品和日期。</translation>
    </message>
    <message>
        <source>No names, no scores and no reasons.</source>
        <translation>不含姓名、得分和原因。</translation>
    </message>
    <message>
        <source>%1 may be addressed now; a file of fewer than %2 is never written.</source>
        <translation>现在可触达 %1 人；少于 %2 人的文件绝不会写出。</translation>
    </message>
    <message>
        <source>Hansa notes who wrote it, when, and how many, never whom.</source>
        <translation>Hansa 会记录谁在何时写出了多少人，绝不记录是哪些人。</translation>
    </message>
    <message>
        <source>The file is for your account alone to read. What you do with it is yours.</source>
        <translation>文件只有您的账户可以读取。之后如何使用由您负责。</translation>
    </message>
</context>
<context>
    <name>Exporting</name>
    <message>
        <source>Write the audience to</source>
        <translation>将人群写入</translation>
    </message>
    <message>
        <source>%1 shoppers were written to %2. It can be deleted again under Exports.</source>
        <translation>已将 %1 位顾客写入 %2。可在“导出记录”中删除该文件。</translation>
    </message>
    <message>
        <source>Phone numbers without a calling code were left out. Type your country&apos;s code in the sheet and write a new file.</source>
        <translation>没有国家区号的手机号未写入文件。请在导出窗口中填写国家区号，再写出一个新文件。</translation>
    </message>
    <message>
        <source>The file was deleted. The list still says that it was written.</source>
        <translation>文件已删除。记录中仍会注明它曾被写出。</translation>
    </message>
</context>
<context>
    <name>ExportsCard</name>
    <message>
        <source>Audiences that were written to files</source>
        <translation>已写入文件的人群</translation>
    </message>
    <message>
        <source>“Export…” above writes one; who did it and when is noted here.</source>
        <translation>点击上方“导出…”即可写出；谁在何时导出会记录在此。</translation>
    </message>
    <message>
        <source>Nothing was exported yet</source>
        <translation>尚未导出任何内容</translation>
    </message>
    <message>
        <source>A file that left this computer cannot be called back from here: delete it where you gave it. Shoppers who withdraw later are in no new file.</source>
        <translation>已离开本机的文件无法从这里收回：请在您交给的地方删除。之后撤回同意的顾客不会出现在新文件中。</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Audience and file</source>
        <translation>人群与文件</translation>
    </message>
    <message>
        <source>Form</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Shoppers</source>
        <translation>顾客</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Deleted again</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>已写出</translation>
    </message>
    <message>
        <source>Delete the file</source>
        <translation>删除文件</translation>
    </message>
    <message>
        <source>Not where it was written</source>
        <translation>已不在原处</translation>
    </message>
    <message>
        <source>Pseudonyms (CSV)</source>
        <translation>假名（CSV）</translation>
    </message>
    <message>
        <source>Customer match (hashed)</source>
        <translation>客户匹配（哈希）</translation>
    </message>
    <message>
        <source>Pseudonyms (JSON)</source>
        <translation>假名（JSON）</translation>
    </message>
    <message>
        <source>%1 is deleted from this computer.</source>
        <translation>将从本机删除 %1。</translation>
    </message>
    <message>
        <source>Copies that you passed on are not; the note that it was written stays.</source>
        <translation>您已转交的副本不会被删除；写出记录会保留。</translation>
    </message>
    <message>
        <source>Delete the file?</source>
        <translation>删除该文件？</translation>
    </message>
</context>
<context>
    <name>FiguresCard</name>
    <message>
        <source>In this shop</source>
        <translation>店铺中的数据</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Shoppers</source>
        <translation>顾客</translation>
    </message>
    <message>
        <source>Shoppers who consented</source>
        <translation>已同意的顾客</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>行为</translation>
    </message>
    <message>
        <source>Ads shown</source>
        <translation>广告展示</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>点击</translation>
    </message>
    <message>
        <source>Conversions</source>
        <translation>转化</translation>
    </message>
    <message>
        <source>From %1 to %2</source>
        <translation>从 %1 到 %2</translation>
    </message>
</context>
<context>
    <name>FindingRow</name>
    <message>
        <source>For example: “%1”</source>
        <extracomment>findings that are shown at once: the decision below them must stay in sight</extracomment>
        <translation>例如：“%1”</translation>
    </message>
    <message>
        <source>Use these words</source>
        <translation>用这些文字</translation>
    </message>
    <message>
        <source>Change the words</source>
        <translation>修改文字</translation>
    </message>
    <message>
        <source>Write “%1”</source>
        <translation>改成“%1”</translation>
    </message>
    <message>
        <source>Check: %1</source>
        <translation>检查：%1</translation>
    </message>
    <message>
        <source>Rule “%1” of %2, version %3</source>
        <translation>规则“%1”，%2 第 %3 版</translation>
    </message>
</context>
<context>
    <name>HeldCard</name>
    <message>
        <source>Waiting for your yes: %1, round %2</source>
        <translation>等待您同意：%1，第 %2 轮</translation>
    </message>
    <message>
        <source>Until %1 at the latest</source>
        <translation>最迟 %1</translation>
    </message>
    <message>
        <source>Leaves when the league asks again</source>
        <translation>联盟再次询问时发送</translation>
    </message>
    <message>
        <source>Array</source>
        <translation>数组</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Norm before → sent</source>
        <translation>范数：加噪前 → 发送时</translation>
    </message>
    <message>
        <source>Norm of %1, before noise and as sent: %2</source>
        <translation>%1 的范数，加噪前与发送时：%2</translation>
    </message>
    <message>
        <source>Thin bar: what your shoppers add up to (only ever shown here). Thick bar: what would leave, with its noise.</source>
        <translation>细条：您的顾客贡献之和（只在这里显示，从不发送）。粗条：加噪后将要发送的内容。</translation>
    </message>
    <message>
        <source>All arrays</source>
        <translation>全部数组</translation>
    </message>
    <message>
        <source>ε %1 of %2</source>
        <translation>ε %1 / 上限 %2</translation>
    </message>
    <message>
        <source>Charged already, sent or not</source>
        <translation>无论是否发送，均已计入</translation>
    </message>
    <message>
        <source>Could somebody tell who was in?</source>
        <translation>别人能看出谁参与了吗？</translation>
    </message>
    <message>
        <source>nobody can tell</source>
        <translation>无人能看出</translation>
    </message>
    <message>
        <source>certain</source>
        <translation>完全确定</translation>
    </message>
    <message>
        <source>The privacy of this round is spent either way; saying no only keeps the figures here.</source>
        <translation>无论如何，本轮的隐私预算已经花掉；拒绝只是让这些数值留在本机。</translation>
    </message>
    <message>
        <source>Don&apos;t send</source>
        <translation>不发送</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>It leaves when the league asks again; learning must be running.</source>
        <translation>联盟再次询问时就会发送；请保持学习处于运行状态。</translation>
    </message>
    <message>
        <source>The figures of this round are deleted and never leave this computer.</source>
        <translation>本轮的数值会被删除，永远不会离开这台电脑。</translation>
    </message>
    <message>
        <source>The charge stays in your ledger: your shoppers&apos; rows were used, and noise was drawn for them. Not sending gives no privacy budget back.</source>
        <translation>费用仍留在您的账本中：顾客的数据已被使用，噪声也已抽取。不发送并不会退回隐私预算。</translation>
    </message>
    <message>
        <source>Don&apos;t send this round?</source>
        <translation>不发送这一轮？</translation>
    </message>
    <message>
        <source>Deleted. Nothing of it has left.</source>
        <translation>已删除，没有任何内容离开本机。</translation>
    </message>
    <message>
        <source>No test was possible: too few shoppers were in or out, or everybody was in.</source>
        <translation>无法测试：参与或未参与的顾客太少，或所有人都参与了。</translation>
    </message>
    <message>
        <source>A quick test on your own rows could not tell who was in this round.</source>
        <translation>用您自己的数据做的快速测试，看不出谁参与了本轮。</translation>
    </message>
    <message>
        <source>A quick test on your own rows guessed who was in a little better than chance.</source>
        <translation>用您自己的数据做的快速测试，猜中谁参与的比例略高于随机。</translation>
    </message>
    <message>
        <source>A quick test on your own rows often guessed who was in: think twice before you send.</source>
        <translation>用您自己的数据做的快速测试，常能猜中谁参与了：发送前请三思。</translation>
    </message>
    <message>
        <source>Score %1 (between %2 and %3). 0.50 = nobody can tell, 1.00 = certain.</source>
        <translation>得分 %1（介于 %2 与 %3 之间）。0.50 = 无人能看出，1.00 = 完全确定。</translation>
    </message>
</context>
<context>
    <name>HowMany</name>
    <message>
        <source>How large</source>
        <translation>规模</translation>
    </message>
    <message>
        <source>A tenth of all</source>
        <translation>全部的十分之一</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>人数</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>预算</translation>
    </message>
    <message>
        <source>Likelihood</source>
        <translation>可能性</translation>
    </message>
    <message>
        <source>Shoppers at most</source>
        <translation>最多顾客数</translation>
    </message>
    <message>
        <source>Cost of one impression</source>
        <translation>每次展示的费用</translation>
    </message>
    <message>
        <source>as so far</source>
        <translation>按历史</translation>
    </message>
    <message>
        <source>At least this likely, in per cent</source>
        <translation>可能性下限（百分比）</translation>
    </message>
    <message>
        <source>To do what</source>
        <translation>做什么</translation>
    </message>
    <message>
        <source>to buy</source>
        <translation>购买</translation>
    </message>
    <message>
        <source>to click</source>
        <translation>点击</translation>
    </message>
    <message>
        <source>How many shoppers</source>
        <translation>人数</translation>
    </message>
    <message>
        <source>The tenth that is likeliest to buy.</source>
        <translation>最可能购买的十分之一顾客。</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>最多</translation>
    </message>
    <message>
        <source>shoppers</source>
        <translation>位顾客</translation>
    </message>
    <message>
        <source>Spend at most</source>
        <translation>最多花费</translation>
    </message>
    <message>
        <source>per impression</source>
        <translation>每次展示</translation>
    </message>
    <message>
        <source>Only who is at least</source>
        <translation>仅选可能性至少</translation>
    </message>
    <message>
        <source>% likely</source>
        <translation>% 会</translation>
    </message>
</context>
<context>
    <name>Hub</name>
    <message>
        <source>Stopped. What was imported stays; import the same files again to go on there.</source>
        <extracomment>How long a job may take to end when the window closes; a node ends its round first.</extracomment>
        <translation>已停止。已导入的保留；再次导入同样的文件即可从那里继续。</translation>
    </message>
</context>
<context>
    <name>ImportsCard</name>
    <message>
        <source>Imported files</source>
        <translation>已导入的文件</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
</context>
<context>
    <name>JobCard</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
</context>
<context>
    <name>KnowCard</name>
    <message>
        <source>Counting again…</source>
        <extracomment>More days than this are shown by week: a bar must be wide enough to see.</extracomment>
        <translation>正在重新统计…</translation>
    </message>
    <message>
        <source>Counted %1</source>
        <translation>统计于 %1</translation>
    </message>
    <message>
        <source>What to know about your data</source>
        <translation>关于数据需要了解的</translation>
    </message>
    <message>
        <source>Nothing stands out.</source>
        <translation>没有异常。</translation>
    </message>
    <message>
        <source>Needs you</source>
        <translation>需要处理</translation>
    </message>
    <message>
        <source>Look at this</source>
        <translation>请留意</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>供参考</translation>
    </message>
</context>
<context>
    <name>Lacking</name>
    <message>
        <source>There is nothing to learn from yet: no ad was shown to a shopper who agreed.</source>
        <translation>还没有可供学习的数据：没有已同意的顾客看过广告。</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>There is nothing to learn from yet: no ad that was shown to a shopper who agreed has a click or an order.</source>
        <translation>还没有可供学习的数据：已同意的顾客看过的广告都没有带来点击或订单。</translation>
    </message>
    <message>
        <source>There is too little to learn from yet: too few shoppers who agreed were shown an ad (%1); below %2 a model learns little more than noise.</source>
        <translation>可供学习的数据还太少：已同意且看过广告的顾客有 %1 人，不足 %2 人时，模型学到的几乎只是噪声。</translation>
    </message>
    <message>
        <source>Each round would still be charged to your privacy budget. Nothing is sent or charged unless you start.</source>
        <translation>每一轮仍会计入您的隐私预算。在您开始之前，不会发送任何内容，也不会记账。</translation>
    </message>
    <message>
        <source>Start learning all the same?</source>
        <translation>仍要开始学习吗？</translation>
    </message>
    <message>
        <source>Start all the same</source>
        <translation>仍要开始</translation>
    </message>
</context>
<context>
    <name>Learning</name>
    <message>
        <source>Learning</source>
        <translation>联合学习</translation>
    </message>
    <message>
        <source>Shops learn one model together; each keeps its rows and adds its own noise.</source>
        <translation>各店铺共同学习一个模型；各自保留数据，并加入自己的噪声。</translation>
    </message>
    <message>
        <source>Another model is in use now.</source>
        <translation>现在使用另一个模型。</translation>
    </message>
    <message>
        <source>The model before is in use again.</source>
        <translation>已恢复使用之前的模型。</translation>
    </message>
    <message>
        <source>Choose site kit…</source>
        <translation>选择入盟文件…</translation>
    </message>
    <message>
        <source>The operator of a league gives you a site kit: one small file with the league&apos;s address and keys. Your shop makes its own keys and writes a request for the operator.</source>
        <translation>联盟运营方会给您一份入盟文件，其中包含联盟的地址与密钥。您的店铺会生成自己的密钥，并写出一份申请交给运营方。</translation>
    </message>
    <message>
        <source>Join a league</source>
        <translation>加入联盟</translation>
    </message>
    <message>
        <source>Choose site kit</source>
        <translation>选择入盟文件</translation>
    </message>
    <message>
        <source>Site kit (*.json)</source>
        <translation>入盟文件 (*.json)</translation>
    </message>
    <message>
        <source>Joined. Send this file to the operator: %1</source>
        <translation>已加入。请把此文件发给运营方：%1</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>We try again in %1 s.</source>
        <translation>%1 秒后重试。</translation>
    </message>
    <message>
        <source>This shop&apos;s node</source>
        <translation>本店节点</translation>
    </message>
    <message>
        <source>round %1</source>
        <translation>第 %1 轮</translation>
    </message>
    <message>
        <source>Rows imported</source>
        <translation>数据已导入</translation>
    </message>
    <message>
        <source>Joined a league</source>
        <translation>已加入联盟</translation>
    </message>
    <message>
        <source>Node answers the coordinator</source>
        <translation>节点正在响应协调方</translation>
    </message>
    <message>
        <source>Noised answers sent</source>
        <translation>已发出的加噪结果</translation>
    </message>
    <message>
        <source>Signed model received</source>
        <translation>已收到签名模型</translation>
    </message>
    <message>
        <source>Pause learning</source>
        <translation>暂停学习</translation>
    </message>
    <message>
        <source>Start learning</source>
        <translation>开始学习</translation>
    </message>
    <message>
        <source>Your settings file pauses every round.</source>
        <translation>您的设置文件暂停了所有轮次。</translation>
    </message>
    <message>
        <source>League</source>
        <translation>联盟</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Coordinator</source>
        <translation>协调方</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Model installed</source>
        <translation>模型安装时间</translation>
    </message>
    <message>
        <source>ε spent of the limit</source>
        <translation>已用 ε / 上限</translation>
    </message>
    <message>
        <source>Rounds left at this rate</source>
        <translation>按此速度剩余轮数</translation>
    </message>
    <message>
        <source>Hours</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>always</source>
        <translation>始终</translation>
    </message>
    <message>
        <source>What left this computer?</source>
        <translation>哪些数据离开了本机？</translation>
    </message>
    <message>
        <source>Round</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Rounds that your policy refused</source>
        <translation>被您的策略拒绝的轮次</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
</context>
<context>
    <name>LeaveOut</name>
    <message>
        <source>Who bought it in the last</source>
        <translation>已购买者，最近</translation>
    </message>
    <message>
        <source>Days since they bought it</source>
        <translation>距购买的天数</translation>
    </message>
    <message>
        <source>Only people of this segment</source>
        <translation>仅限此分群</translation>
    </message>
    <message>
        <source>everybody</source>
        <translation>所有人</translation>
    </message>
    <message>
        <source>Members of these audiences</source>
        <translation>这些人群的成员</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>排除</translation>
    </message>
    <message>
        <source>days</source>
        <translation>天</translation>
    </message>
    <message>
        <source>Only people of the segment</source>
        <translation>仅限分群</translation>
    </message>
</context>
<context>
    <name>LookupCard</name>
    <message>
        <source>Find a shopper</source>
        <extracomment>Columns of a person&apos;s rows that say most, in that order; a table shows those that it has.</extracomment>
        <translation>查找顾客</translation>
    </message>
    <message>
        <source>Type the customer number of your own files. It is turned into a pseudonym here and is not written down anywhere.</source>
        <translation>请输入您文件中的顾客编号。编号会在这里变成假名，不会被记录。</translation>
    </message>
    <message>
        <source>Customer number or pseudonym</source>
        <translation>顾客编号或假名</translation>
    </message>
    <message>
        <source>Look up</source>
        <translation>查找</translation>
    </message>
</context>
<context>
    <name>MappingCard</name>
    <message>
        <source>How to read %1</source>
        <extracomment>Zones that are offered; another one can be typed.</extracomment>
        <translation>如何读取 %1</translation>
    </message>
    <message>
        <source>Please look at the columns that are marked before you import.</source>
        <translation>导入前请先核对有标记的列。</translation>
    </message>
    <message>
        <source>Line %1 would be set aside: %2</source>
        <translation>第 %1 行会被搁置：%2</translation>
    </message>
    <message>
        <source>What the file holds</source>
        <translation>文件内容</translation>
    </message>
    <message>
        <source>Time zone</source>
        <translation>时区</translation>
    </message>
    <message>
        <source>Numbers look like</source>
        <translation>数字写法</translation>
    </message>
    <message>
        <source>As the file shows</source>
        <translation>按文件判断</translation>
    </message>
    <message>
        <source>Day first: 31/12/2024</source>
        <translation>日在前：31/12/2024</translation>
    </message>
    <message>
        <source>Month first: 12/31/2024</source>
        <translation>月在前：12/31/2024</translation>
    </message>
    <message>
        <source>Dates</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Your column</source>
        <translation>您的列</translation>
    </message>
    <message>
        <source>Is read as</source>
        <translation>读作</translation>
    </message>
    <message>
        <source>How sure</source>
        <translation>把握</translation>
    </message>
    <message>
        <source>First values as they will be read</source>
        <translation>读取后的前几个值</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>不导入</translation>
    </message>
    <message>
        <source>%1 is read as</source>
        <translation>%1 读作</translation>
    </message>
    <message>
        <source>Keep under a name</source>
        <translation>保存名称</translation>
    </message>
    <message>
        <source>Keep under a name (for the next file like this)</source>
        <translation>保存名称（供下次同类文件使用）</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>See again</source>
        <translation>重新查看</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Still needed: %1</source>
        <translation>还需要：%1</translation>
    </message>
    <message>
        <source>Chosen more than once: %1</source>
        <translation>重复选择：%1</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>不导入</translation>
    </message>
    <message>
        <source>%1 look</source>
        <translation>%1 请看</translation>
    </message>
    <message>
        <source>%1 check</source>
        <translation>%1 请核对</translation>
    </message>
    <message>
        <source>By its name, and its values can be read</source>
        <translation>按列名判断，且取值可以读取</translation>
    </message>
    <message>
        <source>By its name</source>
        <translation>按列名判断</translation>
    </message>
    <message>
        <source>By its values</source>
        <translation>按取值判断</translation>
    </message>
    <message>
        <source>Several columns together say it</source>
        <translation>由几列合起来得出</translation>
    </message>
    <message>
        <source>The rows are orders, so each is a purchase</source>
        <translation>各行都是订单，因此每行算一次购买</translation>
    </message>
    <message>
        <source>An earlier file with these columns was read this way</source>
        <translation>以前列名相同的文件就是这样读的</translation>
    </message>
    <message>
        <source>No column says who agreed: who is known keeps theirs, new ones have none</source>
        <translation>没有一列说明谁已同意：已知顾客的状态不变，新顾客视为未同意</translation>
    </message>
    <message>
        <source>The times do not say their time zone</source>
        <translation>时间没有注明时区</translation>
    </message>
    <message>
        <source>Day or month first? It could be either</source>
        <translation>日在前还是月在前？两种都可能</translation>
    </message>
    <message>
        <source>Amounts have a decimal comma</source>
        <translation>金额用逗号作小数点</translation>
    </message>
    <message>
        <source>The currency stands at the amounts</source>
        <translation>金额旁标有货币</translation>
    </message>
    <message>
        <source>Nothing fills %1</source>
        <translation>没有列对应“%1”</translation>
    </message>
    <message>
        <source>%1 is never taken</source>
        <translation>“%1”一律不导入</translation>
    </message>
    <message>
        <source>%1 would be left out</source>
        <translation>“%1”会被略过</translation>
    </message>
    <message>
        <source>It is not clear what the file holds</source>
        <translation>看不出文件里是什么内容</translation>
    </message>
</context>
<context>
    <name>MembersCard</name>
    <message>
        <source>Members, best first</source>
        <translation>成员（按得分排序）</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Why this score</source>
        <translation>为何是这个得分</translation>
    </message>
    <message>
        <source>What to offer next</source>
        <translation>接下来推荐什么</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>移出</translation>
    </message>
    <message>
        <source>Shopper (pseudonym)</source>
        <translation>顾客（化名）</translation>
    </message>
    <message>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <source>Main reasons the model used</source>
        <translation>模型主要依据</translation>
    </message>
    <message>
        <source>Choose a member first.</source>
        <translation>请先选择一位成员。</translation>
    </message>
    <message>
        <source>The shopper was left out of this audience.</source>
        <translation>已将该顾客移出人群。</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Signature checked</source>
        <extracomment>Older models in the list; the rest follow in `hansa bundle list`.</extracomment>
        <translation>签名已验证</translation>
    </message>
    <message>
        <source>The model in use</source>
        <translation>使用中的模型</translation>
    </message>
    <message>
        <source>After the first run of the league its signed model is installed here.</source>
        <translation>联盟第一次运行之后，已签名的模型会安装在这里。</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>Undo: back to the model before</source>
        <translation>撤销：恢复之前的模型</translation>
    </message>
    <message numerus="yes">
        <source>%n round(s)</source>
        <translation>
            <numerusform>%n 轮</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>judged by %n shop(s)</source>
        <translation>
            <numerusform>由 %n 家店铺评估</numerusform>
        </translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>制作于</translation>
    </message>
    <message>
        <source>Learnt in</source>
        <translation>学习轮次</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>安装时间</translation>
    </message>
    <message>
        <source>In use since</source>
        <translation>启用时间</translation>
    </message>
    <message>
        <source>Privacy of its run</source>
        <translation>该次运行的隐私</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>noise of all shops together</source>
        <translation>全体店铺共同的噪声</translation>
    </message>
    <message>
        <source>noise of each shop</source>
        <translation>每家店铺各自的噪声</translation>
    </message>
    <message>
        <source>Your shop&apos;s own part is fitted here at the first use; it never leaves this computer.</source>
        <translation>您店铺专属的部分会在首次使用时在本机拟合，绝不离开本机。</translation>
    </message>
    <message>
        <source>Your shop&apos;s own part, never sent: %1, from %2 outcomes in %3 rows.</source>
        <translation>您店铺专属的部分（绝不发送）：%1，依据 %3 行中的 %2 个转化。</translation>
    </message>
    <message>
        <source>Rows changed since; it is fitted again at the next use.</source>
        <translation>数据已变化；下次使用时会重新拟合。</translation>
    </message>
    <message>
        <source>none yet, there are too few outcomes</source>
        <translation>暂无，转化太少</translation>
    </message>
    <message>
        <source>the league&apos;s order, its rates set right for your shop</source>
        <translation>采用联盟的排序，比率按您的店铺校准</translation>
    </message>
    <message>
        <source>the league&apos;s order, its rates set right for your shop in steps</source>
        <translation>采用联盟的排序，比率按您的店铺分段校准</translation>
    </message>
    <message>
        <source>the league&apos;s score with weights of your own rows</source>
        <translation>联盟得分加上您自己数据的权重</translation>
    </message>
    <message>
        <source>your own rows say more here, so their model is used alone</source>
        <translation>您自己的数据更有说服力，因此只用其模型</translation>
    </message>
    <message>
        <source>a blend of the league&apos;s model and one of your own rows</source>
        <translation>联盟模型与您自己数据的模型相结合</translation>
    </message>
    <message>
        <source>Older models appear here, to go back to.</source>
        <translation>旧模型会显示在这里，可随时恢复。</translation>
    </message>
    <message>
        <source>Older models</source>
        <translation>旧模型</translation>
    </message>
    <message>
        <source>Use this one</source>
        <translation>使用此模型</translation>
    </message>
    <message>
        <source>Scores, audiences and reasons made from now on come from the older model.</source>
        <translation>此后的得分、人群和原因都来自旧模型。</translation>
    </message>
    <message>
        <source>Audiences and ads that exist stay as they are.</source>
        <translation>已有的人群和创意保持不变。</translation>
    </message>
    <message>
        <source>The next model that the league publishes takes over as ever.</source>
        <translation>联盟发布的下一个模型仍会照常接替。</translation>
    </message>
    <message>
        <source>You can come back at once.</source>
        <translation>您可以随时切换回来。</translation>
    </message>
    <message>
        <source>Go back to this model?</source>
        <translation>恢复到此模型？</translation>
    </message>
</context>
<context>
    <name>OffersDialog</name>
    <message>
        <source>What to offer next</source>
        <translation>接下来推荐什么</translation>
    </message>
    <message>
        <source>Shopper %1</source>
        <translation>顾客 %1</translation>
    </message>
    <message>
        <source>The likeliest products that differ from each other; nothing bought in 30 days, nothing shown three times in a week, nothing sold out.</source>
        <translation>最可能购买且彼此不同的商品；不含 30 天内已购买、一周内已展示三次或已售罄的商品。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Scoring every product of the shop…</source>
        <translation>正在为店铺的所有商品评分…</translation>
    </message>
    <message>
        <source>The shares say how likely a purchase is if the product were shown now. The reasons compare it with the shop&apos;s other products for the same shopper.</source>
        <translation>百分比表示现在展示该商品时购买的可能性。原因是与同一顾客的其他商品相比较。</translation>
    </message>
    <message>
        <source>ad approved</source>
        <translation>创意已批准</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>为什么？</translation>
    </message>
    <message>
        <source>Why “%1”?</source>
        <translation>为什么是“%1”？</translation>
    </message>
    <message>
        <source>%1 bought lately</source>
        <translation>%1 件近期已购买</translation>
    </message>
    <message>
        <source>%1 shown often enough</source>
        <translation>%1 件展示次数已够</translation>
    </message>
    <message>
        <source>%1 sold out</source>
        <translation>%1 件已售罄</translation>
    </message>
    <message>
        <source>Of %1 products left out: %2.</source>
        <translation>在 %1 件商品中排除：%2。</translation>
    </message>
</context>
<context>
    <name>OverlapCard</name>
    <message>
        <source>Shoppers that audiences have in common</source>
        <translation>人群之间重叠的顾客</translation>
    </message>
    <message>
        <source>With a second audience you see here how many shoppers are in both.</source>
        <translation>有了第二个人群后，这里会显示有多少顾客同时属于两者。</translation>
    </message>
    <message>
        <source>Only one audience</source>
        <translation>只有一个人群</translation>
    </message>
    <message>
        <source>under %1</source>
        <translation>少于 %1</translation>
    </message>
    <message>
        <source>Read along a row: so many of its shoppers are in the column&apos;s audience too. Who is in both sees ads of both. Counts under %1 are not told.</source>
        <translation>按行阅读：该行顾客中有多少也属于该列的人群。同属两者的顾客会看到两边的广告。少于 %1 的人数不显示。</translation>
    </message>
    <message>
        <source>%1 and %2: fewer than %3 shoppers in both</source>
        <translation>%1 与 %2：共同顾客少于 %3 位</translation>
    </message>
    <message>
        <source>%1: %2 of its %3 shoppers are in %4 too</source>
        <translation>%1：其 %3 位顾客中有 %2 位也在 %4 中</translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>Overview</source>
        <extracomment>Weeks of a period -&gt; weeks in one bar.</extracomment>
        <translation>概览</translation>
    </message>
    <message>
        <source>%1 weeks</source>
        <translation>%1 周</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>时间段</translation>
    </message>
    <message>
        <source>Pick an audience</source>
        <translation>选取人群</translation>
    </message>
    <message>
        <source>Your shop data stays on this computer. Last import: %1</source>
        <translation>店铺数据只保存在本机。上次导入：%1</translation>
    </message>
    <message numerus="yes">
        <source>%n round(s) wait for your yes.</source>
        <translation>
            <numerusform>%n 轮等待您同意。</numerusform>
        </translation>
    </message>
    <message>
        <source>Look at it</source>
        <translation>查看</translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s) wait for your approval.</source>
        <translation>
            <numerusform>%n 条创意等待您确认。</numerusform>
        </translation>
    </message>
    <message>
        <source>Review ads</source>
        <translation>去审核</translation>
    </message>
    <message>
        <source>Nothing is here yet</source>
        <translation>这里还没有数据</translation>
    </message>
    <message>
        <source>Import the files of your shop to see how your ads do.</source>
        <translation>导入店铺文件，查看广告效果。</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>vs previous %1 weeks</source>
        <translation>较前 %1 周</translation>
    </message>
    <message>
        <source>no earlier period to compare</source>
        <translation>没有可比较的上期</translation>
    </message>
    <message>
        <source> pt</source>
        <translation> 个百分点</translation>
    </message>
    <message>
        <source>Impressions</source>
        <translation>展现量</translation>
    </message>
    <message>
        <source>Conversions</source>
        <translation>转化</translation>
    </message>
    <message>
        <source>CVR</source>
        <translation>转化率</translation>
    </message>
    <message>
        <source>CTR</source>
        <translation>点击率</translation>
    </message>
    <message>
        <source>Spend</source>
        <translation>花费</translation>
    </message>
    <message>
        <source>may be used: they consented</source>
        <translation>已同意，可以使用</translation>
    </message>
    <message>
        <source>Shoppers</source>
        <translation>顾客</translation>
    </message>
    <message>
        <source>Impressions and conversion rate</source>
        <translation>展现量与转化率</translation>
    </message>
    <message>
        <source>No ad was shown yet.</source>
        <translation>尚未展示过广告。</translation>
    </message>
    <message>
        <source>CVR, previous period</source>
        <translation>上期转化率</translation>
    </message>
    <message numerus="yes">
        <source>%n week(s) a bar from %1 on; no rate below %2 impressions.</source>
        <translation>
            <numerusform>每柱 %n 周，自 %1 起；展现不足 %2 次不计算比率。</numerusform>
        </translation>
    </message>
    <message>
        <source>All data</source>
        <translation>全部数据</translation>
    </message>
    <message>
        <source>Products shown most</source>
        <translation>展现最多的商品</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>部门</translation>
    </message>
</context>
<context>
    <name>Parity</name>
    <message>
        <source>Surely in it less often than their part: %1. Segments follow what people did, so an audience of likely buyers differs by design; bring a file for groups that ought to be treated alike.</source>
        <translation>确定少于其应有比例：%1。分群依据顾客行为，因此可能购买者的人群本来就会不同；若有应被同等对待的群组，请提供文件。</translation>
    </message>
    <message>
        <source>Surely in it less often than their part: %1. That can have a good reason; look whether it is fair for this product.</source>
        <translation>确定少于其应有比例：%1。这可能有合理原因；请看对该商品是否公平。</translation>
    </message>
    <message>
        <source>Groups differ, but none surely gets less than its part; with few people chance may explain the rest.</source>
        <translation>各组有差异，但没有哪一组确定少于其应有比例；人数少时，其余差异可能出于偶然。</translation>
    </message>
    <message>
        <source>No group is in it much less often than the others.</source>
        <translation>没有哪一组明显少于其他组。</translation>
    </message>
    <message>
        <source>kept back for a small group</source>
        <translation>为保护小群组而不显示</translation>
    </message>
    <message>
        <source>less than ×%1</source>
        <translation>小于 ×%1</translation>
    </message>
    <message>
        <source>surely less than its part</source>
        <translation>确定少于其比例</translation>
    </message>
    <message>
        <source>too few to say</source>
        <translation>人数太少，无法判断</translation>
    </message>
    <message>
        <source>more than its part</source>
        <translation>多于其比例</translation>
    </message>
    <message>
        <source>perhaps less, perhaps chance</source>
        <translation>或许偏少，或许偶然</translation>
    </message>
    <message>
        <source>about its part</source>
        <translation>与其比例相当</translation>
    </message>
</context>
<context>
    <name>ParityCard</name>
    <message>
        <source>Who gets to see it, group by group</source>
        <translation>谁会看到：按群组</translation>
    </message>
    <message>
        <source>An audience of those likeliest to buy can leave a group out without anybody wanting it. Groups are yours to name; a file of groups is read now and kept nowhere.</source>
        <translation>最可能购买者的人群可能在无人有意的情况下漏掉某个群组。群组由您指定；群组文件仅此刻读取，不会保存。</translation>
    </message>
    <message>
        <source>Scoring all who could be in it…</source>
        <translation>正在为所有可选顾客评分…</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>群组</translation>
    </message>
    <message>
        <source>Segments of your shop</source>
        <translation>您店铺的分群</translation>
    </message>
    <message>
        <source>A file with customer_id and a column of groups…</source>
        <translation>含 customer_id 和群组列的文件…</translation>
    </message>
    <message>
        <source>Name of the column</source>
        <translation>列名</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>%1 groups are not shown: they have fewer than %2 people, or would tell how many such a group has.</source>
        <translation>有 %1 个群组未显示：人数少于 %2 人，或者公开后可推算出这类群组的人数。</translation>
    </message>
    <message>
        <source>%1 of those addressable are in no group that is shown.</source>
        <translation>可触达顾客中有 %1 不属于任何已显示的群组。</translation>
    </message>
    <message>
        <source>not shown</source>
        <translation>不显示</translation>
    </message>
    <message>
        <source>The audience was picked with an older model.</source>
        <translation>该人群是用旧模型选取的。</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>群组</translation>
    </message>
    <message>
        <source>Of those addressable</source>
        <translation>占可触达顾客</translation>
    </message>
    <message>
        <source>Of this audience</source>
        <translation>占此人群</translation>
    </message>
    <message>
        <source>Against its part (the line is even)</source>
        <translation>与其比例相比（竖线为相等）</translation>
    </message>
    <message>
        <source>under %1 people</source>
        <translation>少于 %1 人</translation>
    </message>
</context>
<context>
    <name>PersonCard</name>
    <message>
        <source>Shopper %1</source>
        <translation>顾客 %1</translation>
    </message>
    <message>
        <source>A minor: used for nothing</source>
        <translation>未成年人：不作任何使用</translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) that left this computer may have used these rows. They were noised first and cannot be taken back.</source>
        <translation>
            <numerusform>有 %n 个已发出的结果可能用到这些行。发出前已加噪声，无法收回。</numerusform>
        </translation>
    </message>
    <message>
        <source>What to offer next</source>
        <translation>接下来推荐什么</translation>
    </message>
    <message>
        <source>Forget this shopper…</source>
        <translation>删除该顾客…</translation>
    </message>
    <message>
        <source>What is held</source>
        <translation>保存的内容</translation>
    </message>
    <message>
        <source>Refused rows that name this person</source>
        <translation>提到此人的被拒绝行</translation>
    </message>
    <message>
        <source>Nothing beside consent.</source>
        <translation>除同意状态外没有内容。</translation>
    </message>
    <message>
        <source>What this shopper said</source>
        <translation>该顾客的选择</translation>
    </message>
    <message>
        <source>Has agreed: may be learnt from</source>
        <translation>已同意：可用于学习</translation>
    </message>
    <message>
        <source>May see ads picked by their own behaviour</source>
        <translation>可根据本人行为展示广告</translation>
    </message>
    <message>
        <source>Written down.</source>
        <translation>已记录。</translation>
    </message>
    <message>
        <source>Everything about this shopper is deleted here: rows, profile, audiences.</source>
        <translation>该顾客的一切都会在本机删除：数据行、画像、人群。</translation>
    </message>
    <message>
        <source>Files that you import later do not bring them back.</source>
        <translation>以后导入的文件不会让其恢复。</translation>
    </message>
    <message>
        <source>The ledger keeps a receipt with counts only; it names nobody.</source>
        <translation>账本只保留含数量的回执，不含任何姓名。</translation>
    </message>
    <message>
        <source>What was learnt and sent before was noised and cannot be taken back.</source>
        <translation>此前学习并发出的内容已加噪声，无法收回。</translation>
    </message>
    <message>
        <source>Forget for good</source>
        <translation>永久删除</translation>
    </message>
    <message>
        <source>Forget this shopper?</source>
        <translation>删除该顾客？</translation>
    </message>
    <message>
        <source>Forgotten: %1 rows deleted. Receipt %2.</source>
        <translation>已删除 %1 行。回执 %2。</translation>
    </message>
</context>
<context>
    <name>PickDialog</name>
    <message>
        <source>Pick an audience</source>
        <extracomment>Typing goes on for so long before a look ahead is worth a process.</extracomment>
        <translation>选取人群</translation>
    </message>
    <message>
        <source>Which product is the audience for?</source>
        <translation>为哪个商品选取人群？</translation>
    </message>
    <message>
        <source>Search products</source>
        <translation>搜索商品</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Pick</source>
        <translation>选取</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>部门</translation>
    </message>
    <message>
        <source>Impressions</source>
        <translation>展现量</translation>
    </message>
    <message>
        <source>Conversions</source>
        <translation>转化</translation>
    </message>
</context>
<context>
    <name>PickPreview</name>
    <message>
        <source>What it would be</source>
        <translation>预览结果</translation>
    </message>
    <message>
        <source>%1 of %2 may be in it</source>
        <translation>%2 位中有 %1 位可入选</translation>
    </message>
    <message>
        <source>Fill in the fields above with numbers.</source>
        <translation>请在上方填写数字。</translation>
    </message>
    <message>
        <source>Only %1 shoppers are left, and no audience is smaller than %2: a small group could point at single people.</source>
        <translation>只剩 %1 位顾客，而人群不得少于 %2 人：太小的群体可能指向个人。</translation>
    </message>
    <message>
        <source>What an impression costs is not known from your files: type what it costs.</source>
        <translation>您的文件中没有每次展示的费用：请填写。</translation>
    </message>
    <message>
        <source>The budget pays for %1 shoppers; no audience is smaller than %2.</source>
        <translation>预算只够 %1 位顾客；人群不得少于 %2 人。</translation>
    </message>
    <message>
        <source>%1 of %2 may be in it · scoring…</source>
        <translation>%2 位中有 %1 位可入选 · 正在评分…</translation>
    </message>
    <message>
        <source>%1 · average %2</source>
        <translation>%1 · 平均 %2</translation>
    </message>
    <message>
        <source>%1 · costs %2</source>
        <translation>%1 · 花费 %2</translation>
    </message>
    <message>
        <source>of %1 who may be in it</source>
        <translation>共 %1 位可入选</translation>
    </message>
    <message>
        <source>%1 were asked for: no more fit</source>
        <translation>您要 %1 人，符合条件的只有这些</translation>
    </message>
    <message>
        <source>Shoppers</source>
        <translation>顾客</translation>
    </message>
    <message>
        <source>Expected CVR</source>
        <translation>预期转化率</translation>
    </message>
    <message>
        <source>Expected orders</source>
        <translation>预期订单</translation>
    </message>
    <message>
        <source>Expected CTR</source>
        <translation>预期点击率</translation>
    </message>
    <message>
        <source>Too few shoppers are that likely for an audience; up to %1% would do.</source>
        <translation>达到此可能性的顾客太少，不足以构成人群；最高可填 %1%。</translation>
    </message>
</context>
<context>
    <name>Policy</name>
    <message>
        <source>Limit over the life of the shop (ε)</source>
        <translation>店铺终身上限（ε）</translation>
    </message>
    <message>
        <source>Limit per quarter (ε)</source>
        <translation>每季度上限（ε）</translation>
    </message>
    <message>
        <source>Size of the shop</source>
        <translation>店铺规模</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>先审后发</translation>
    </message>
    <message>
        <source>Hours of learning</source>
        <translation>学习时段</translation>
    </message>
    <message>
        <source>Smallest noise σ of a plan</source>
        <translation>计划的最小噪声 σ</translation>
    </message>
    <message>
        <source>Most that one shopper may weigh</source>
        <translation>单个顾客的最大权重</translation>
    </message>
    <message>
        <source>Most steps a round</source>
        <translation>每轮最多步数</translation>
    </message>
    <message>
        <source>Most impressions of one shopper</source>
        <translation>单个顾客最多展示次数</translation>
    </message>
    <message>
        <source>Quality checks</source>
        <translation>质量检查</translation>
    </message>
    <message>
        <source>Kinds of noise</source>
        <translation>噪声的种类</translation>
    </message>
    <message>
        <source>Fewest shops that start a round</source>
        <translation>开始一轮的最少店铺数</translation>
    </message>
    <message>
        <source>Fewest shops in a sum</source>
        <translation>一次求和的最少店铺数</translation>
    </message>
    <message>
        <source>Shops that may collude (f)</source>
        <translation>可能串通的店铺数（f）</translation>
    </message>
    <message>
        <source>The league&apos;s list of shops</source>
        <translation>联盟的店铺名册</translation>
    </message>
    <message>
        <source>Allowed coordinator code (digests)</source>
        <translation>允许的协调方代码（摘要）</translation>
    </message>
    <message>
        <source>Small</source>
        <translation>小</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>中</translation>
    </message>
    <message>
        <source>Large</source>
        <translation>大</translation>
    </message>
    <message>
        <source>The lifetime limit goes from ε %1 to %2: more may be learnt about any one shopper.</source>
        <translation>终身上限从 ε %1 提高到 %2：关于任何一位顾客，可能被了解得更多。</translation>
    </message>
    <message>
        <source>The limit per quarter goes from ε %1 to %2: the budget is used up faster.</source>
        <translation>每季度上限从 ε %1 变为 %2：预算会用得更快。</translation>
    </message>
    <message>
        <source>The size goes from %1 to %2: a rare failure of the protection may be likelier.</source>
        <translation>规模从“%1”变为“%2”：保护极少数情况下失效的可能性会变大。</translation>
    </message>
    <message>
        <source>Rounds leave without your having seen them.</source>
        <translation>各轮结果不经您查看就会发送。</translation>
    </message>
    <message>
        <source>Plans with less noise are answered: from σ %1 down to %2.</source>
        <translation>会答复噪声更小的计划：σ 从 %1 降到 %2。</translation>
    </message>
    <message>
        <source>One shopper may weigh more: from %1 up to %2.</source>
        <translation>单个顾客的权重可以更大：从 %1 升到 %2。</translation>
    </message>
    <message>
        <source>More of one shopper&apos;s impressions may be used: from %1 up to %2.</source>
        <translation>可使用单个顾客的更多展示：从 %1 升到 %2。</translation>
    </message>
    <message>
        <source>Quality checks are answered, and charged.</source>
        <translation>会答复质量检查，并计入预算。</translation>
    </message>
    <message>
        <source>Rounds with league noise are answered: their ε counts on other shops adding their share.</source>
        <translation>会参加使用联盟噪声的轮次：其 ε 依赖其他店铺加入各自的份额。</translation>
    </message>
    <message>
        <source>Rounds that fewer shops start are answered: from %1 down to %2.</source>
        <translation>会参加店铺更少的轮次：由 %1 家降到 %2 家。</translation>
    </message>
    <message>
        <source>Sums of fewer shops may be opened: from %1 down to %2.</source>
        <translation>店铺更少的总和也可打开：由 %1 家降到 %2 家。</translation>
    </message>
    <message>
        <source>The noise must bear fewer colluding shops: from %1 down to %2.</source>
        <translation>噪声只需承受更少的串通店铺：由 %1 家降到 %2 家。</translation>
    </message>
    <message>
        <source>The league&apos;s first list of shops is believed without your looking at it.</source>
        <translation>不经您查看就相信联盟的第一份店铺名册。</translation>
    </message>
    <message>
        <source>Runs of other coordinator code are answered. That code never runs here.</source>
        <translation>会答复使用其他代码的协调方。那些代码从不在本机运行。</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>无上限</translation>
    </message>
</context>
<context>
    <name>PolicyCard</name>
    <message>
        <source>Policy of this shop</source>
        <translation>本店策略</translation>
    </message>
    <message>
        <source>These rules always win over the league&apos;s plan.</source>
        <translation>这些策略始终优先于联盟的计划。</translation>
    </message>
    <message>
        <source>Pause: take part in nothing</source>
        <translation>暂停：不参与任何轮次</translation>
    </message>
    <message>
        <source>Hold: show me every round before it leaves</source>
        <translation>先审后发：每轮发送前先给我看</translation>
    </message>
    <message>
        <source>Answer quality checks</source>
        <translation>答复质量检查</translation>
    </message>
    <message>
        <source>Smaller protects more</source>
        <translation>越小保护越强</translation>
    </message>
    <message>
        <source>Empty: only the lifetime limit</source>
        <translation>留空：只按终身上限</translation>
    </message>
    <message>
        <source>Up to %1, %2 or %3 shoppers: δ is %4, %5 or %6</source>
        <translation>顾客不超过 %1、%2 或 %3 人：δ 为 %4、%5 或 %6</translation>
    </message>
    <message>
        <source>Like 22-6; empty: always</source>
        <translation>例如 22-6；留空：全天</translation>
    </message>
    <message>
        <source>Only that of this program</source>
        <translation>仅本程序自身的代码</translation>
    </message>
    <message>
        <source>Own noise and league noise</source>
        <translation>自有噪声与联盟噪声</translation>
    </message>
    <message>
        <source>Own noise: this shop adds it all, and ε holds against everybody. League noise: each shop adds a share and only the sum is seen; learning is better for the same ε, but ε then counts on other shops. Rounds with league noise cannot be held back for a look.</source>
        <translation>自有噪声：全部由本店加入，ε 对所有人成立。联盟噪声：每家店铺各加一份，只有总和可见；同样的 ε 学得更好，但此时 ε 要靠其他店铺。使用联盟噪声的轮次无法先扣下查看。</translation>
    </message>
    <message>
        <source>Answer rounds with own noise</source>
        <translation>参加使用自有噪声的轮次</translation>
    </message>
    <message>
        <source>Answer rounds with league noise</source>
        <translation>参加使用联盟噪声的轮次</translation>
    </message>
    <message>
        <source>At least 3; more hides better</source>
        <translation>至少 3 家；越多越能隐藏</translation>
    </message>
    <message>
        <source>With fewer the sum stays sealed</source>
        <translation>少于此数，总和不会打开</translation>
    </message>
    <message>
        <source>So many may work with the coordinator; more is safer, with more noise</source>
        <translation>最多有这么多家与协调方联手；越多越安全，噪声也越大</translation>
    </message>
    <message>
        <source>Believe the first</source>
        <translation>相信第一份</translation>
    </message>
    <message>
        <source>Only if I accept</source>
        <translation>须经我接受</translation>
    </message>
    <message>
        <source>Every later change of the list waits until you accept it.</source>
        <translation>名册此后的每次变更，都要等您接受。</translation>
    </message>
    <message>
        <source>Undo last change</source>
        <translation>撤销上次更改</translation>
    </message>
    <message>
        <source>Save policy</source>
        <translation>保存策略</translation>
    </message>
    <message>
        <source>Nothing is different.</source>
        <translation>没有改动。</translation>
    </message>
    <message>
        <source>Saved. It counts from the next round.</source>
        <translation>已保存，从下一轮起生效。</translation>
    </message>
    <message>
        <source>The policy is as it was before the last change.</source>
        <translation>策略已恢复到上次更改之前。</translation>
    </message>
    <message>
        <source>What is learnt about your shoppers then cannot be taken back.</source>
        <translation>此后被了解到的顾客信息无法收回。</translation>
    </message>
    <message>
        <source>Protect your shoppers less than before?</source>
        <translation>要降低对顾客的保护吗？</translation>
    </message>
    <message>
        <source>Yes, change it</source>
        <translation>是，更改</translation>
    </message>
</context>
<context>
    <name>Privacy</name>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>Rows never leave. What leaves is noised first, and every time is listed here.</source>
        <translation>原始数据从不离开。离开的内容先加噪，且每次都列在这里。</translation>
    </message>
    <message>
        <source>Export ledger</source>
        <translation>导出账本</translation>
    </message>
    <message>
        <source>Spent</source>
        <translation>已用</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>Limit of this shop</source>
        <translation>本店上限</translation>
    </message>
    <message>
        <source>Charges so far</source>
        <translation>累计计费次数</translation>
    </message>
    <message>
        <source>Charged, not sent yet</source>
        <translation>已计费、尚未发出</translation>
    </message>
    <message>
        <source>Rounds left at this rate</source>
        <translation>按此速度剩余轮数</translation>
    </message>
    <message>
        <source>Being computed</source>
        <translation>计算中</translation>
    </message>
    <message>
        <source>Privacy budget (ε)</source>
        <translation>隐私预算（ε）</translation>
    </message>
    <message>
        <source>ε %1 if the coordinator and all other shops work together</source>
        <translation>若协调方与其他所有店铺联手：ε %1</translation>
    </message>
    <message>
        <source>This quarter (until %1)</source>
        <translation>本季度（至 %1）</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>What the figure promises</source>
        <translation>这个数字的含义</translation>
    </message>
    <message>
        <source>one shopper of this shop</source>
        <translation>本店的一位顾客</translation>
    </message>
    <message>
        <source>Whose presence is hidden</source>
        <translation>隐藏谁的存在</translation>
    </message>
    <message>
        <source>Against whom it holds</source>
        <translation>针对谁有效</translation>
    </message>
    <message>
        <source>How long</source>
        <translation>有效期</translation>
    </message>
    <message>
        <source>over the life of the shop, all rounds together</source>
        <translation>店铺存续期间，所有轮次合计</translation>
    </message>
    <message>
        <source>Stop at</source>
        <translation>停止线</translation>
    </message>
    <message>
        <source>ε %1 at δ %2; a round that would pass it is refused</source>
        <translation>ε %1（δ %2）；将超出上限的轮次会被拒绝</translation>
    </message>
    <message>
        <source>If all others collude</source>
        <translation>若其他各方全部串通</translation>
    </message>
    <message>
        <source>Computed from the ledger by %1</source>
        <translation>由 %1 根据账本计算</translation>
    </message>
    <message>
        <source>ε %1: then only this shop&apos;s own share of the noise protects</source>
        <translation>ε %1：此时只有本店自己的那份噪声起保护作用</translation>
    </message>
    <message>
        <source>Added by a round</source>
        <translation>本轮新增</translation>
    </message>
    <message>
        <source>ε spent in all</source>
        <translation>累计 ε</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>上限</translation>
    </message>
    <message>
        <source>Rounds in the order in which they were charged</source>
        <translation>按计费先后排列的轮次</translation>
    </message>
    <message>
        <source>How the budget was spent</source>
        <translation>预算使用过程</translation>
    </message>
    <message>
        <source>Everything that left this computer</source>
        <translation>离开本机的全部数据</translation>
    </message>
    <message>
        <source>Nothing has left this computer.</source>
        <translation>没有任何数据离开本机。</translation>
    </message>
    <message>
        <source>Nothing to undo, nothing spent.</source>
        <translation>无需撤销，也未消耗预算。</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Round</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Noise σ</source>
        <translation>噪声 σ</translation>
    </message>
    <message>
        <source>ε after</source>
        <translation>之后 ε</translation>
    </message>
    <message>
        <source>Ledger entry</source>
        <translation>账本条目</translation>
    </message>
    <message>
        <source>Choose a line to see what was in it.</source>
        <translation>点选一行查看其内容。</translation>
    </message>
    <message>
        <source>Ledger (*.json)</source>
        <translation>账本 (*.json)</translation>
    </message>
    <message>
        <source>The signed ledger was written; an auditor can check it.</source>
        <translation>已写出签名账本，审计方可以核对。</translation>
    </message>
</context>
<context>
    <name>PrivacyCard</name>
    <message>
        <source>of ε %1 spent</source>
        <translation>已用 / ε %1</translation>
    </message>
    <message>
        <source>Privacy budget</source>
        <translation>隐私预算</translation>
    </message>
    <message>
        <source>Spent</source>
        <translation>已用</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>Charges</source>
        <translation>计费次数</translation>
    </message>
    <message>
        <source>Being computed</source>
        <translation>计算中</translation>
    </message>
    <message>
        <source>Learning together</source>
        <translation>联合学习</translation>
    </message>
    <message>
        <source>Rounds left at this rate</source>
        <translation>按此速度剩余轮数</translation>
    </message>
    <message>
        <source>Shared model %1</source>
        <translation>共享模型 %1</translation>
    </message>
    <message>
        <source>No shared model yet</source>
        <translation>还没有共享模型</translation>
    </message>
    <message>
        <source>This shop is in no league yet</source>
        <translation>本店尚未加入联盟</translation>
    </message>
    <message>
        <source>What left this computer?</source>
        <translation>哪些数据离开了本机？</translation>
    </message>
</context>
<context>
    <name>ReasonDialog</name>
    <message>
        <source>Why? (kept with it)</source>
        <translation>原因（会一并保存）</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ReceiptsCard</name>
    <message>
        <source>Receipts of what was deleted</source>
        <translation>删除回执</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Ledger entry</source>
        <translation>账本条目</translation>
    </message>
    <message>
        <source>Receipt</source>
        <translation>回执</translation>
    </message>
    <message>
        <source>A shopper was forgotten</source>
        <translation>删除了一位顾客</translation>
    </message>
    <message>
        <source>Older than is kept</source>
        <translation>超过保留期限</translation>
    </message>
    <message>
        <source>Rows of minors</source>
        <translation>未成年人的行</translation>
    </message>
    <message>
        <source>A shopper may come back</source>
        <translation>允许顾客恢复</translation>
    </message>
    <message>
        <source>Profile</source>
        <translation>画像</translation>
    </message>
    <message>
        <source>Places in audiences</source>
        <translation>所在人群</translation>
    </message>
    <message>
        <source>Left out of audiences</source>
        <translation>排除的人群</translation>
    </message>
    <message>
        <source>Changes of consent</source>
        <translation>同意变更</translation>
    </message>
    <message>
        <source>Refused rows</source>
        <translation>被拒绝的行</translation>
    </message>
</context>
<context>
    <name>RefusedSets</name>
    <message>
        <source>Rows that were set aside</source>
        <translation>被搁置的行</translation>
    </message>
    <message>
        <source>Pick what is right for all rows of a group; what still fails stays here.</source>
        <translation>请选择适合整组的办法；仍不能读取的会留在这里。</translation>
    </message>
    <message>
        <source>%1, first in line %2</source>
        <translation>%1，首见于第 %2 行</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n 行</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left out</source>
        <translation>
            <numerusform>已舍弃 %n 行</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Times without a zone are of</source>
        <translation>没有时区的时间属于</translation>
    </message>
    <message>
        <source>%1 for all rows of this group</source>
        <translation>整组的 %1</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) were repaired and imported.</source>
        <translation>
            <numerusform>已修复并导入 %n 行。</numerusform>
        </translation>
    </message>
    <message>
        <source>Done. No row was imported by it.</source>
        <translation>已完成，没有因此导入任何行。</translation>
    </message>
    <message>
        <source>Ignore currency signs</source>
        <translation>忽略货币符号</translation>
    </message>
    <message>
        <source>Say the time zone…</source>
        <translation>指定时区…</translation>
    </message>
    <message>
        <source>Day comes first</source>
        <translation>日在前</translation>
    </message>
    <message>
        <source>Comma is the decimal sign</source>
        <translation>逗号是小数点</translation>
    </message>
    <message>
        <source>Set a value…</source>
        <translation>填写一个值…</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>不导入</translation>
    </message>
    <message>
        <source>It is empty</source>
        <translation>为空</translation>
    </message>
    <message>
        <source>It is not a time that can be read</source>
        <translation>不是可识别的时间</translation>
    </message>
    <message>
        <source>This time cannot be</source>
        <translation>不可能的时间</translation>
    </message>
    <message>
        <source>Day or month first? It could be either</source>
        <translation>日在前还是月在前？两种都有可能</translation>
    </message>
    <message>
        <source>The time zone is not known</source>
        <translation>未知的时区</translation>
    </message>
    <message>
        <source>It is not an amount that can be read</source>
        <translation>不是可识别的金额</translation>
    </message>
    <message>
        <source>It is not a number that can be read</source>
        <translation>不是可识别的数字</translation>
    </message>
    <message>
        <source>The number is out of bounds</source>
        <translation>数字超出范围</translation>
    </message>
    <message>
        <source>The number is too large</source>
        <translation>数字过大</translation>
    </message>
    <message>
        <source>The text is too long</source>
        <translation>文字过长</translation>
    </message>
    <message>
        <source>It is neither yes nor no</source>
        <translation>既不是“是”也不是“否”</translation>
    </message>
    <message>
        <source>This kind of event is not known</source>
        <translation>未知的行为类型</translation>
    </message>
    <message>
        <source>The currency is not known</source>
        <translation>未知的货币</translation>
    </message>
    <message>
        <source>A quotation mark is in the wrong place</source>
        <translation>引号位置不对</translation>
    </message>
    <message>
        <source>A quotation mark is not closed</source>
        <translation>引号没有闭合</translation>
    </message>
    <message>
        <source>The line has too many or too few columns</source>
        <translation>该行的列数过多或过少</translation>
    </message>
    <message>
        <source>Letters that cannot be read</source>
        <translation>有无法识别的字符</translation>
    </message>
    <message>
        <source>It holds a character that no text has</source>
        <translation>含有文本里不该有的字符</translation>
    </message>
    <message>
        <source>The line is not one flat JSON object</source>
        <translation>这一行不是单层的 JSON 对象</translation>
    </message>
    <message>
        <source>It has names that no line before has</source>
        <translation>出现了前面各行没有的字段名</translation>
    </message>
    <message>
        <source>The amount is below zero</source>
        <translation>金额小于零</translation>
    </message>
    <message>
        <source>It is neither yes, no nor an age</source>
        <translation>既不是“是”“否”，也不是年龄</translation>
    </message>
</context>
<context>
    <name>RetentionCard</name>
    <message>
        <source>How long rows are kept</source>
        <translation>数据保留多久</translation>
    </message>
    <message>
        <source>Days of behaviour to keep</source>
        <translation>行为保留天数</translation>
    </message>
    <message>
        <source>Delete what is older every day</source>
        <translation>每天删除更早的数据</translation>
    </message>
    <message>
        <source>Older ads shown and events, with what hangs on them, are deleted and a receipt is written. Rows of minors go earlier.</source>
        <translation>更早的展示和行为及其相关内容会被删除并写下回执。未成年人的行会更早删除。</translation>
    </message>
    <message>
        <source>Delete now…</source>
        <translation>立即删除…</translation>
    </message>
    <message>
        <source>What would go?</source>
        <translation>会删除什么？</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Nothing is older than that.</source>
        <translation>没有更早的数据。</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>已保存。</translation>
    </message>
    <message>
        <source>Rows older than %1 days are deleted for good.</source>
        <translation>早于 %1 天的行将被永久删除。</translation>
    </message>
    <message>
        <source>The ledger keeps a receipt with counts only.</source>
        <translation>账本只保留含数量的回执。</translation>
    </message>
    <message>
        <source>Delete old rows now?</source>
        <translation>现在删除旧数据？</translation>
    </message>
    <message>
        <source>Delete them</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Old rows are deleted; the receipt is in the ledger.</source>
        <translation>旧数据已删除，回执在账本中。</translation>
    </message>
</context>
<context>
    <name>RosterCard</name>
    <message>
        <source>The list of merchants has changed</source>
        <extracomment>Fingerprints shown of each kind; the rest is counted.</extracomment>
        <translation>商家名单有变化</translation>
    </message>
    <message>
        <source>A list of merchants waits for your yes</source>
        <translation>有一份商家名单等待您同意</translation>
    </message>
    <message>
        <source>No round until you say yes</source>
        <translation>同意之前不参加任何一轮</translation>
    </message>
    <message>
        <source>With league noise your shoppers&apos; privacy rests on the others in the sum. So your shop goes by one list of merchants. Ask the operator, or the merchants, who the new ones are.</source>
        <translation>采用联盟噪声时，您顾客的隐私取决于一同求和的其他商家，因此本店只认一份商家名单。新来的是谁，请向运营方或商家本人核实。</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新加入</translation>
    </message>
    <message>
        <source>Gone</source>
        <translation>已离开</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>Your own shop is not in this list.</source>
        <translation>这份名单里没有您自己的店。</translation>
    </message>
    <message>
        <source>Merchants in the new list</source>
        <translation>新名单中的商家数</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>收到时间</translation>
    </message>
    <message>
        <source>Digest of the list, the same at every shop</source>
        <translation>名单摘要，每家店看到的都一样</translation>
    </message>
    <message>
        <source>Accept the list…</source>
        <translation>接受这份名单…</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>以后再说</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation>以及另外 %1 家</translation>
    </message>
    <message>
        <source>%1 new, %2 gone; %3 merchants in all.</source>
        <translation>新加入 %1 家，离开 %2 家；共 %3 家商家。</translation>
    </message>
    <message>
        <source>Digest %1…</source>
        <translation>摘要 %1…</translation>
    </message>
    <message>
        <source>From the next round on your shop takes part with these merchants.</source>
        <translation>从下一轮起，本店与这些商家一同参加。</translation>
    </message>
    <message>
        <source>Go by this list?</source>
        <translation>采用这份名单？</translation>
    </message>
    <message>
        <source>Accept the list</source>
        <translation>接受这份名单</translation>
    </message>
    <message>
        <source>Accepted. Your shop goes by this list now.</source>
        <translation>已接受。本店现在采用这份名单。</translation>
    </message>
</context>
<context>
    <name>RoundsCard</name>
    <message>
        <source>Rounds this shop took part in</source>
        <translation>本店参与的轮次</translation>
    </message>
    <message>
        <source>No round yet.</source>
        <translation>尚未参与任何一轮。</translation>
    </message>
    <message>
        <source>Round</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Arrays</source>
        <translation>数组</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Noise σ</source>
        <translation>噪声 σ</translation>
    </message>
    <message>
        <source>ε after</source>
        <translation>之后 ε</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>新增</translation>
    </message>
</context>
<context>
    <name>SegmentsCard</name>
    <message>
        <source>Who your shoppers are</source>
        <extracomment>Rows at once; smaller segments follow in `hansa segments`.</extracomment>
        <translation>您的顾客是谁</translation>
    </message>
    <message>
        <source>Sort again</source>
        <translation>重新分群</translation>
    </message>
    <message>
        <source>Sort shoppers into segments</source>
        <translation>给顾客分群</translation>
    </message>
    <message>
        <source>Sorting…</source>
        <translation>正在分群…</translation>
    </message>
    <message>
        <source>Only shoppers who agreed. Segments stay on this computer; the league learns nothing of them.</source>
        <translation>只含已同意的顾客。分群留在这台电脑上，联盟对此一无所知。</translation>
    </message>
    <message>
        <source>Smaller ones: hansa segments</source>
        <translation>更小的分群：hansa segments</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>分群</translation>
    </message>
    <message>
        <source>People</source>
        <translation>人数</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Spend</source>
        <translation>消费</translation>
    </message>
    <message>
        <source>Came and went</source>
        <translation>加入与离开</translation>
    </message>
    <message>
        <source>%1: %2 of the shoppers</source>
        <translation>%1：占顾客的 %2</translation>
    </message>
    <message>
        <source>The shoppers are sorted into segments.</source>
        <translation>顾客分群已完成。</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>This window</source>
        <translation>本窗口</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Keep learning when the window is closed</source>
        <translation>关闭窗口后继续学习</translation>
    </message>
    <message>
        <source>This shop</source>
        <translation>本店</translation>
    </message>
    <message>
        <source>Shop</source>
        <translation>店铺</translation>
    </message>
    <message>
        <source>Known to the league as</source>
        <translation>在联盟中的标识</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Smallest audience</source>
        <translation>最小人群</translation>
    </message>
</context>
<context>
    <name>ShopData</name>
    <message>
        <source>Shop data</source>
        <translation>店铺数据</translation>
    </message>
    <message>
        <source>Rows live in one file on this computer and stay there.</source>
        <translation>数据保存在本机的一个文件中，不会离开。</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>质量</translation>
    </message>
    <message>
        <source>Repair</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>People</source>
        <translation>顾客权利</translation>
    </message>
    <message>
        <source>Part of this page</source>
        <translation>页面部分</translation>
    </message>
    <message>
        <source>See and repair</source>
        <translation>查看并修复</translation>
    </message>
    <message>
        <source>Your rows are being counted…</source>
        <translation>正在统计您的数据…</translation>
    </message>
    <message>
        <source>Does it fit together?</source>
        <translation>能否对应？</translation>
    </message>
    <message>
        <source>What is filled in</source>
        <translation>填写情况</translation>
    </message>
    <message>
        <source>Looking at the rows that were set aside…</source>
        <translation>正在查看被搁置的行…</translation>
    </message>
    <message>
        <source>No row waits for repair: every one was taken.</source>
        <translation>没有待修复的行：全部已导入。</translation>
    </message>
    <message>
        <source>There are no rows yet.</source>
        <translation>还没有数据。</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>Shop files</source>
        <translation>店铺文件</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) were set aside. Everything else was imported.</source>
        <translation>
            <numerusform>%n 行已另存，其余均已导入。</numerusform>
        </translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>数据行</translation>
    </message>
</context>
<context>
    <name>ShopTables</name>
    <message>
        <source>Table</source>
        <translation>数据表</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>数据行</translation>
    </message>
    <message>
        <source>Rows of the shop</source>
        <translation>店铺数据行</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Shop data</source>
        <translation>店铺数据</translation>
    </message>
    <message>
        <source>Learning</source>
        <translation>联合学习</translation>
    </message>
    <message>
        <source>Audiences</source>
        <translation>人群定向</translation>
    </message>
    <message>
        <source>Ads</source>
        <translation>创意</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>%1: %2 waiting for you</source>
        <translation>%1：%2 项等待您处理</translation>
    </message>
    <message>
        <source>This shop</source>
        <translation>本店</translation>
    </message>
    <message>
        <source>Learning together: %1</source>
        <translation>联合学习：%1</translation>
    </message>
</context>
<context>
    <name>SignedCard</name>
    <message>
        <source>Signed by both sides</source>
        <translation>双方签名</translation>
    </message>
    <message>
        <source>The league&apos;s coordinator signs under your ledger, and you under its book. Neither can later cut out or change a line without the other being able to show it.</source>
        <translation>联盟协调方在您的账本上签名，您也在它的账簿上签名。任何一方日后删改一行，另一方都能证明。</translation>
    </message>
    <message>
        <source>Check my ledger</source>
        <translation>检查我的账本</translation>
    </message>
    <message>
        <source>No receipt yet</source>
        <translation>还没有回执</translation>
    </message>
    <message>
        <source>All countersigned</source>
        <translation>全部已会签</translation>
    </message>
    <message numerus="yes">
        <source>%n newer entry(ies)</source>
        <translation>
            <numerusform>另有 %n 条新记录</numerusform>
        </translation>
    </message>
    <message>
        <source>Entries in your ledger</source>
        <translation>账本记录数</translation>
    </message>
    <message>
        <source>The first receipt comes with the message after your first sent round.</source>
        <translation>首份回执会在您首次发送之后的下一条消息中送达。</translation>
    </message>
    <message>
        <source>Countersigned</source>
        <translation>已会签</translation>
    </message>
    <message>
        <source>up to entry %1, with round %2 (%3)</source>
        <translation>至第 %1 条，随第 %2 轮（%3）</translation>
    </message>
    <message>
        <source>entry %1, %2: every member can compare it</source>
        <translation>第 %1 条，%2：每位成员都可以核对</translation>
    </message>
    <message>
        <source>Receipts kept</source>
        <translation>保存的回执</translation>
    </message>
    <message>
        <source>In the league&apos;s book</source>
        <translation>在联盟账簿中的位置</translation>
    </message>
    <message>
        <source>Your ledger holds: every entry, signature and receipt was checked.</source>
        <translation>账本完好：每条记录、签名和回执都已检查。</translation>
    </message>
</context>
<context>
    <name>Waiting</name>
    <message>
        <source>Fitting the model to your own rows, once for these rows: %1%</source>
        <translation>正在用您自己的数据拟合模型（数据不变时只需一次）：%1%</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Welcome</source>
        <translation>欢迎</translation>
    </message>
    <message>
        <source>Shops learn together which shoppers an ad is for, and nobody shows anybody their books.</source>
        <translation>店铺共同学习广告适合谁，而谁也不用向别人公开账本。</translation>
    </message>
    <message>
        <source>Your rows stay in one file on this computer</source>
        <translation>数据保存在本机的一个文件中</translation>
    </message>
    <message>
        <source>What leaves is noised first and listed for you</source>
        <translation>离开的内容先加噪，并逐条列出</translation>
    </message>
    <message>
        <source>No ad is shown that you did not approve</source>
        <translation>未经您批准的广告不会展示</translation>
    </message>
    <message>
        <source>Name of your shop</source>
        <translation>店铺名称</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Make my shop</source>
        <translation>创建店铺</translation>
    </message>
</context>
<context>
    <name>WhyDialog</name>
    <message>
        <source>Why this score</source>
        <extracomment>Log-odds below this are shown as no difference: one per cent of the odds.</extracomment>
        <translation>为何是这个得分</translation>
    </message>
    <message>
        <source>Shopper %1 and “%2”</source>
        <translation>顾客 %1 与“%2”</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Asking the model…</source>
        <translation>正在询问模型…</translation>
    </message>
    <message>
        <source>likely to buy, where %1 is usual among all who may be addressed</source>
        <translation>的购买可能性，而可触达顾客通常为 %1</translation>
    </message>
    <message>
        <source>Made no difference: %1.</source>
        <translation>没有影响：%1。</translation>
    </message>
    <message>
        <source>The usual odds times all factors are the odds of this score. They say what the model used, not what causes a purchase.</source>
        <translation>通常的几率乘以所有倍数即为此得分的几率。它们说明模型用了什么，并不代表购买的原因。</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>This input cannot be used</source>
        <translation>此输入无法使用</translation>
    </message>
    <message>
        <source>A setting cannot be used</source>
        <translation>有一项设置无法使用</translation>
    </message>
    <message>
        <source>The shop&apos;s database cannot be used</source>
        <translation>店铺数据库无法使用</translation>
    </message>
    <message>
        <source>This shop was written by a newer Hansa</source>
        <translation>此店铺由更新版本的 Hansa 写入</translation>
    </message>
    <message>
        <source>Another program is writing to the shop</source>
        <translation>另一个程序正在写入店铺数据</translation>
    </message>
    <message>
        <source>Privacy could not be guaranteed</source>
        <translation>无法保证隐私</translation>
    </message>
    <message>
        <source>The privacy budget would be passed</source>
        <translation>将超出隐私预算</translation>
    </message>
    <message>
        <source>The privacy ledger does not hold</source>
        <translation>隐私账本校验失败</translation>
    </message>
    <message>
        <source>Your policy does not allow this round</source>
        <translation>您的策略不允许本轮</translation>
    </message>
    <message>
        <source>The league cannot be reached</source>
        <translation>无法连接联盟</translation>
    </message>
    <message>
        <source>Another program uses the network port</source>
        <translation>网络端口被其他程序占用</translation>
    </message>
    <message>
        <source>Joining the league did not work</source>
        <translation>未能加入联盟</translation>
    </message>
    <message>
        <source>The shared model cannot be used</source>
        <translation>共享模型无法使用</translation>
    </message>
    <message>
        <source>The shared model is not signed by your league</source>
        <translation>共享模型没有您所在联盟的签名</translation>
    </message>
    <message>
        <source>The shared model is for other features</source>
        <translation>共享模型使用了不同的特征</translation>
    </message>
    <message>
        <source>Learning could not give a sound result</source>
        <translation>学习未能得到可靠结果</translation>
    </message>
    <message>
        <source>No audience can be made of this</source>
        <translation>无法由此生成人群</translation>
    </message>
    <message>
        <source>This ad cannot be written or shown</source>
        <translation>此创意无法撰写或展示</translation>
    </message>
    <message>
        <source>The work ended unexpectedly</source>
        <translation>任务意外结束</translation>
    </message>
    <message>
        <source>Something did not work</source>
        <translation>出现了问题</translation>
    </message>
    <message>
        <source>Nothing was sent.</source>
        <translation>没有发出任何数据。</translation>
    </message>
    <message>
        <source>Your data and your privacy budget are untouched.</source>
        <translation>您的数据与隐私预算均未变动。</translation>
    </message>
    <message>
        <source>The model was not used; the one before stays in force.</source>
        <translation>该模型未被使用；之前的模型继续有效。</translation>
    </message>
    <message>
        <source>Your data stays on this computer and is as it was.</source>
        <translation>您的数据留在本机，没有变化。</translation>
    </message>
    <message>
        <source>Model update</source>
        <translation>模型更新</translation>
    </message>
    <message>
        <source>Quality check</source>
        <translation>质量评估</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>已发出</translation>
    </message>
    <message>
        <source>Charged, not sent</source>
        <translation>已计费，未发出</translation>
    </message>
    <message>
        <source>Not sent</source>
        <translation>未发出</translation>
    </message>
    <message>
        <source>Waits for you</source>
        <translation>待您确认</translation>
    </message>
    <message>
        <source>Refused by checks</source>
        <translation>未通过检查</translation>
    </message>
    <message>
        <source>Approved</source>
        <translation>已批准</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>投放中</translation>
    </message>
    <message>
        <source>Retired</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>已拒绝</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>连接中</translation>
    </message>
    <message>
        <source>League not reached</source>
        <translation>未连上联盟</translation>
    </message>
    <message>
        <source>Online, waiting for a round</source>
        <translation>在线，等待轮次</translation>
    </message>
    <message>
        <source>Learning on your data</source>
        <translation>正在用您的数据学习</translation>
    </message>
    <message>
        <source>Online, answer sent</source>
        <translation>在线，结果已发出</translation>
    </message>
    <message>
        <source>Online, a round was refused</source>
        <translation>在线，拒绝了一轮</translation>
    </message>
    <message>
        <source>Online, a round waits for your yes</source>
        <translation>在线，有一轮等待您同意</translation>
    </message>
    <message>
        <source>Online, new model installed</source>
        <translation>在线，已安装新模型</translation>
    </message>
    <message>
        <source>Not running</source>
        <translation>未运行</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>启动中</translation>
    </message>
    <message>
        <source>Learning</source>
        <translation>联合学习</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>停止中</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>the coordinator, the public and one colluding shop of a round</source>
        <translation>协调方、公众，以及每轮中一家串通的店铺</translation>
    </message>
    <message>
        <source>the coordinator, the public and up to %1 colluding shops of a round</source>
        <translation>协调方、公众，以及每轮中至多 %1 家串通的店铺</translation>
    </message>
    <message>
        <source>everybody: the coordinator, other shops and the public</source>
        <translation>所有人：协调方、其他店铺与公众</translation>
    </message>
    <message>
        <source>the coordinator, the public and a limited number of colluding shops</source>
        <translation>协调方、公众以及有限数量的合谋店铺</translation>
    </message>
    <message>
        <source>one shopper of this shop, with at most %1 impressions</source>
        <translation>本店的一位顾客，最多 %1 次展现</translation>
    </message>
    <message>
        <source>The limit is reached: no more rounds</source>
        <translation>已达上限，不再参与</translation>
    </message>
    <message>
        <source>Very strong protection</source>
        <translation>保护强度：很高</translation>
    </message>
    <message>
        <source>Strong protection</source>
        <translation>保护强度：高</translation>
    </message>
    <message>
        <source>Moderate protection</source>
        <translation>保护强度：中</translation>
    </message>
    <message>
        <source>Weak protection</source>
        <translation>保护强度：低</translation>
    </message>
    <message>
        <source>Making the shop</source>
        <translation>正在创建店铺</translation>
    </message>
    <message>
        <source>Importing your files</source>
        <translation>正在导入文件</translation>
    </message>
    <message>
        <source>Joining the league</source>
        <translation>正在加入联盟</translation>
    </message>
    <message>
        <source>Picking an audience</source>
        <translation>正在选取人群</translation>
    </message>
    <message>
        <source>Writing ads</source>
        <translation>正在撰写创意</translation>
    </message>
    <message>
        <source>Writing the audience to a file</source>
        <translation>正在将人群写入文件</translation>
    </message>
    <message>
        <source>Checking your ledger</source>
        <translation>正在检查账本</translation>
    </message>
    <message>
        <source>Cleaning your rows</source>
        <translation>正在清洗数据</translation>
    </message>
    <message>
        <source>Sorting shoppers into segments</source>
        <translation>正在给顾客分群</translation>
    </message>
    <message>
        <source>Deleting old rows</source>
        <translation>正在删除旧数据</translation>
    </message>
    <message>
        <source>Repairing refused rows</source>
        <translation>正在修复被拒绝的行</translation>
    </message>
    <message>
        <source>Importing %1</source>
        <translation>正在导入 %1</translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation>正在读取 %1</translation>
    </message>
    <message>
        <source>Scoring shoppers %1</source>
        <translation>正在为顾客评分 %1</translation>
    </message>
    <message>
        <source>Finding the reasons %1</source>
        <translation>正在查找依据 %1</translation>
    </message>
    <message>
        <source>Fitting the model to your own rows %1</source>
        <translation>正在用您自己的数据拟合模型 %1</translation>
    </message>
    <message>
        <source>Writing %1</source>
        <translation>正在撰写 %1</translation>
    </message>
    <message>
        <source>Checking %1</source>
        <translation>正在检查 %1</translation>
    </message>
    <message>
        <source>Learning on your data %1</source>
        <translation>正在用您的数据学习 %1</translation>
    </message>
    <message>
        <source>Checking rows: %1</source>
        <translation>检查数据：%1</translation>
    </message>
    <message>
        <source>Deleting %1</source>
        <translation>删除 %1</translation>
    </message>
    <message>
        <source>Repairing %1</source>
        <translation>修复 %1</translation>
    </message>
    <message>
        <source>Ads shown</source>
        <translation>广告展现</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>行为</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Shoppers</source>
        <translation>顾客</translation>
    </message>
    <message>
        <source>Conversions</source>
        <translation>转化</translation>
    </message>
    <message>
        <source>Costs</source>
        <translation>费用</translation>
    </message>
    <message>
        <source>Shown</source>
        <translation>展现时间</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Converted</source>
        <translation>转化时间</translation>
    </message>
    <message>
        <source>Shopper (pseudonym)</source>
        <translation>顾客（化名）</translation>
    </message>
    <message>
        <source>Product number</source>
        <translation>商品编号</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Campaign type</source>
        <translation>活动类型</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Clicked</source>
        <translation>点击</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>金额</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>价格</translation>
    </message>
    <message>
        <source>Currency</source>
        <translation>货币</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>部门</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>类目</translation>
    </message>
    <message>
        <source>Brand</source>
        <translation>品牌</translation>
    </message>
    <message>
        <source>Consent</source>
        <translation>同意</translation>
    </message>
    <message>
        <source>Personal ads</source>
        <translation>个性化广告</translation>
    </message>
    <message>
        <source>a language model (GGUF)</source>
        <translation>语言模型（GGUF）</translation>
    </message>
    <message>
        <source>a language model (transformers)</source>
        <translation>语言模型（transformers）</translation>
    </message>
    <message>
        <source>Customer number</source>
        <translation>顾客编号</translation>
    </message>
    <message>
        <source>Event number</source>
        <translation>行为编号</translation>
    </message>
    <message>
        <source>Impression number</source>
        <translation>展示编号</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>费用</translation>
    </message>
    <message>
        <source>Product type</source>
        <translation>商品类型</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>描述</translation>
    </message>
    <message>
        <source>Web page</source>
        <translation>网页</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>How many articles</source>
        <translation>涵盖商品数</translation>
    </message>
    <message>
        <source>Stock</source>
        <translation>库存</translation>
    </message>
    <message>
        <source>Barcode (GTIN)</source>
        <translation>商品条码</translation>
    </message>
    <message>
        <source>Public category</source>
        <translation>公共类目</translation>
    </message>
    <message>
        <source>Search words</source>
        <translation>搜索词</translation>
    </message>
    <message>
        <source>City</source>
        <translation>城市</translation>
    </message>
    <message>
        <source>Campaign</source>
        <translation>广告活动</translation>
    </message>
    <message>
        <source>Creative</source>
        <translation>创意</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>广告位</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Chance of being shown</source>
        <translation>展示概率</translation>
    </message>
    <message>
        <source>Activity tier</source>
        <translation>活跃等级</translation>
    </message>
    <message>
        <source>Affinity tier</source>
        <translation>偏好等级</translation>
    </message>
    <message>
        <source>Redemption tier</source>
        <translation>兑换等级</translation>
    </message>
    <message>
        <source>Order number</source>
        <translation>订单编号</translation>
    </message>
    <message>
        <source>Refunded</source>
        <translation>退款时间</translation>
    </message>
    <message>
        <source>Refund</source>
        <translation>退款</translation>
    </message>
    <message>
        <source>Day</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Clicks</source>
        <translation>点击</translation>
    </message>
    <message>
        <source>Under age</source>
        <translation>未成年</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>年龄</translation>
    </message>
    <message>
        <source>Birthday</source>
        <translation>生日</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Looked</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>Searched</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Put in the cart</source>
        <translation>加购</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>收藏</translation>
    </message>
    <message>
        <source>Bought</source>
        <translation>购买</translation>
    </message>
    <message>
        <source>Reviewed</source>
        <translation>评价</translation>
    </message>
    <message>
        <source>Shared</source>
        <translation>分享</translation>
    </message>
    <message>
        <source>Sent back</source>
        <translation>退货</translation>
    </message>
    <message>
        <source>Campaign and product</source>
        <translation>活动与商品</translation>
    </message>
    <message>
        <source>Bought from you before</source>
        <translation>曾在本店购买</translation>
    </message>
    <message>
        <source>Bought this kind before</source>
        <translation>曾购买同类商品</translation>
    </message>
    <message>
        <source>Recency and spend</source>
        <translation>近期消费与金额</translation>
    </message>
    <message>
        <source>Looked at your products</source>
        <translation>浏览过您的商品</translation>
    </message>
    <message>
        <source>Answered your offers before</source>
        <translation>曾响应您的优惠</translation>
    </message>
    <message>
        <source>Loyalty tier</source>
        <translation>会员等级</translation>
    </message>
    <message>
        <source>Department affinity</source>
        <translation>部门偏好</translation>
    </message>
    <message>
        <source>Coupon habits</source>
        <translation>用券习惯</translation>
    </message>
    <message>
        <source>Where and when</source>
        <translation>地点与时间</translation>
    </message>
    <message>
        <source>templates</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>a person</source>
        <translation>人工</translation>
    </message>
</context>
<context>
    <name>WorkCard</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
</context>
<context>
    <name>WorthCard</name>
    <message>
        <source>Was joining worth it?</source>
        <translation>加入联盟值得吗？</translation>
    </message>
    <message>
        <source>Fitting a model of your rows alone, and judging both…</source>
        <translation>正在仅用您的数据拟合模型，并评估两者…</translation>
    </message>
    <message>
        <source>Compare again</source>
        <translation>重新比较</translation>
    </message>
    <message>
        <source>Compares, on your own rows, the league&apos;s model with one that your shop could fit alone. Each shopper is judged by models that never saw this shopper&apos;s orders.</source>
        <translation>在您自己的数据上，将联盟的模型与您店铺单独拟合的模型比较。评估每位顾客所用的模型都从未见过该顾客的订单。</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No difference beyond chance</source>
        <translation>没有超出偶然的差异</translation>
    </message>
    <message>
        <source>Not by this measure</source>
        <translation>按此衡量不值得</translation>
    </message>
    <message>
        <source>Too little to tell</source>
        <translation>数据太少，无法判断</translation>
    </message>
    <message>
        <source>There are too few orders from too few shoppers to compare.</source>
        <translation>订单和下单顾客太少，无法比较。</translation>
    </message>
    <message>
        <source>Of one who ordered and one who did not: how often the first has the higher score</source>
        <translation>一位下单与一位未下单的顾客相比：前者得分更高的比例</translation>
    </message>
    <message>
        <source>Of one who clicked and one who did not: how often the first has the higher score</source>
        <translation>一位点击与一位未点击的顾客相比：前者得分更高的比例</translation>
    </message>
    <message>
        <source>With the league</source>
        <translation>与联盟一起</translation>
    </message>
    <message>
        <source>Your shop alone</source>
        <translation>仅您的店铺</translation>
    </message>
    <message>
        <source> points</source>
        <translation> 个百分点</translation>
    </message>
    <message>
        <source>Difference %1 (95% interval %2 to %3), over %4 shoppers with %5 orders.</source>
        <translation>差异 %1（95% 区间 %2 至 %3），共 %4 位顾客、%5 个订单。</translation>
    </message>
    <message>
        <source>The bars begin at 50%: a coin. The league&apos;s model saw these rows, noised.</source>
        <translation>条形从 50%（抛硬币）开始。联盟的模型曾在加噪后见过这些数据。</translation>
    </message>
</context>
<context>
    <name>WriteDialog</name>
    <message>
        <source>Write ads</source>
        <translation>撰写创意</translation>
    </message>
    <message>
        <source>Search products</source>
        <translation>搜索商品</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>撰写</translation>
    </message>
    <message>
        <source>For whom</source>
        <translation>面向</translation>
    </message>
    <message>
        <source>More placements</source>
        <translation>更多广告位</translation>
    </message>
    <message>
        <source>As the product suggests</source>
        <translation>按商品推断</translation>
    </message>
    <message>
        <source>Kind of campaign</source>
        <translation>活动类型</translation>
    </message>
    <message>
        <source>Tone</source>
        <translation>语气</translation>
    </message>
    <message>
        <source>Offer</source>
        <translation>优惠</translation>
    </message>
    <message>
        <source>none, or in your words: 20% off until Sunday</source>
        <translation>没有，或用您的话：周日前立减20元</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>As ads.toml says</source>
        <translation>按 ads.toml</translation>
    </message>
    <message>
        <source>Templates</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>Own model (transformers)</source>
        <translation>自有模型（transformers）</translation>
    </message>
    <message>
        <source>Own model (GGUF file)</source>
        <translation>自有模型（GGUF 文件）</translation>
    </message>
    <message>
        <source>Writer</source>
        <translation>写手</translation>
    </message>
    <message>
        <source>Ads for each placement</source>
        <translation>每个广告位几条</translation>
    </message>
    <message>
        <source>Which product are the ads for?</source>
        <translation>为哪个商品撰写创意？</translation>
    </message>
    <message>
        <source>Placements</source>
        <translation>广告位</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>商品</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>部门</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>价格</translation>
    </message>
    <message>
        <source>Impressions</source>
        <translation>展现量</translation>
    </message>
    <message>
        <source>%1 (%2 shoppers)</source>
        <translation>%1（%2 位顾客）</translation>
    </message>
    <message>
        <source>Every shopper</source>
        <translation>所有顾客</translation>
    </message>
    <message>
        <source>No product is found; search for another.</source>
        <translation>没有找到商品，请换个词搜索。</translation>
    </message>
    <message>
        <source>Choose at least one placement.</source>
        <translation>请至少选择一个广告位。</translation>
    </message>
    <message numerus="yes">
        <source>%n draft(s) for you to read.</source>
        <translation>
            <numerusform>%n 条草稿供您审阅。</numerusform>
        </translation>
    </message>
    <message>
        <source>The writer that ads.toml in the shop&apos;s folder names, else templates.</source>
        <translation>店铺文件夹里 ads.toml 指定的写手，没有则用模板。</translation>
    </message>
    <message>
        <source>Sentences that people wrote, filled with the product&apos;s own facts. No model.</source>
        <translation>人写的句子，填入商品自己的事实。不用模型。</translation>
    </message>
    <message>
        <source>The language model that ads.toml names: a folder or a hub id. A hub id fetches the model; no text of yours leaves.</source>
        <translation>ads.toml 指定的语言模型：文件夹或 hub 编号。hub 编号会下载模型；您的文字不会外传。</translation>
    </message>
    <message>
        <source>The GGUF file that ads.toml names, else the small one from a package: English only, and about one usable ad in twelve.</source>
        <translation>ads.toml 指定的 GGUF 文件，否则用软件包里的小模型：仅英文，约十二条中有一条可用。</translation>
    </message>
</context>
</TS>

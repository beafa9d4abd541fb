"""The words that charts are made of, by script; "_" stands for a space within a name."""

LATIN = {
    "measure": (
        "Revenue Sales Profit Cost Price Growth Accuracy Error Time Speed Energy Power Output Market_share Income "
        "Budget Spending Exports Imports Population Temperature Rainfall Distance Weight Score Rate Count "
        "Number_of_users Average_price Net_income GDP Unemployment Inflation CO2_emissions Electricity_use Latency "
        "Throughput F1_score Visitors Downloads Orders Deaths Births Response_time Memory_use Share_of_total "
        "Production Consumption Yield Operating_margin Headcount Satisfaction Turnover Footfall Loss Frequency "
        "Density Volume Efficiency Capacity"
    ),
    "thing": (
        "Apples Oranges Bananas Mangoes Grapes Rice Wheat Maize Coffee Tea Sugar Beef Milk Eggs Fish Coal Gas Oil "
        "Solar Wind Hydro Nuclear Biomass Phones Laptops Tablets Cameras Printers Cars Trucks Buses Bikes Trains "
        "Planes Ships Shoes Shirts Jackets Toys Books Music Films Games Sport Travel Health Education Housing Food "
        "Transport Clothing Insurance Banking Retail Mining Farming Construction Software Hardware Services "
        "Manufacturing Research Marketing Finance Legal Security Support Design Engineering Human_Resources "
        "Public_sector Real_estate Health_care"
    ),
    "place": (
        "China India Brazil France Germany Spain Italy Canada Mexico Japan Korea Norway Sweden Denmark Finland Poland "
        "Portugal Greece Turkey Egypt Kenya Nigeria Ghana Chile Peru Argentina Colombia Vietnam Thailand Malaysia "
        "Indonesia Australia USA UK Russia Ukraine Iran Israel South_Africa Saudi_Arabia United_States United_Kingdom "
        "New_Zealand Czech_Republic Asia Europe Africa North_America South_America Oceania North South East West "
        "Paris London Berlin Madrid Rome Tokyo Beijing Shanghai Delhi Mumbai New_York Los_Angeles Chicago Texas "
        "California"
    ),
    "group": (
        "Male Female Men Women Urban Rural Small Medium Large Low High Very_high Children Adults Seniors Students "
        "Teachers Workers Managers Full-time Part-time Employed Retired Married Single Primary Secondary Tertiary "
        "Online In-store Domestic Foreign Public Private New Returning Free Premium Basic Pro Enterprise Agree "
        "Disagree Neutral Strongly_agree Strongly_disagree Yes No Maybe Never Rarely Sometimes Often Always Good Fair "
        "Poor Other"
    ),
    "model": (
        "Baseline Ours Oracle Random CNN LSTM Transformer BERT GPT-4 ResNet-50 ViT-B/16 XGBoost SVM kNN Lasso Ridge "
        "Linear Model_A Model_B Method_1 Method_2 Train Test Validation Control Treatment Placebo Group_A Group_B "
        "w/o_pretraining with_attention Full_model Ablation v1.0 v2.0 v3.1 MySQL Redis Kafka Linux Windows macOS "
        "Android iOS Python Java Rust Go C++ Fortran Ruby Scala Swift Kotlin PHP TypeScript"
    ),
    "name": (
        "Anna Ben Clara David Emma Felix Grace Hugo Ines Jack Kate Liam Maria Noah Olivia Paul Rosa Sam Tina Victor "
        "Smith Johnson Brown Garcia Miller Davis Wilson Martin Lee Novak Rossi Silva Tanaka Kim Nguyen Singh Haddad "
        "Acme_Corp Globex Initech Umbrella Stark Wayne Hooli Vandelay Contoso Northwind Fabrikam"
    ),
    "european": (
        "Österreich Schweiz Dänemark España Côte_d'Ivoire Türkiye Perú México São_Paulo Málaga Zürich Köln "
        "Île-de-France Besøkende Größe Einkommen Jährlich Dépenses Santé Éducation Énergie Población Año Salário "
        "Produção Żywność Łódź Umsatz Gewinn Kosten Verkehr Übrige Bénéfice Ménages Logement Empresas Región Norte "
        "Sur Ventas Präzision"
    ),
}
CYRILLIC = (
    "Россия Москва Казань Урал Сибирь Выручка Прибыль Расходы Доходы Население Экспорт Импорт Нефть Газ Уголь Рост "
    "Доля Мужчины Женщины Дети Город Село Прочее Итого Юг Север Запад Центр Киев Україна Болгария София Средняя_цена"
)
CJK = (
    "北京 上海 广州 深圳 成都 重庆 浙江省 江苏省 广东 东部地区 中部地区 西部地区 销售额 利润 成本 收入 "
    "营业收入 净利润 增长率 人口数量 出口总额 进口总额 产量 市场份额 用户数 手机 电脑 家电 服装 食品 汽车 "
    "其他 合计 男性 女性 城镇 农村 一季度 二季度 三季度 四季度 同比增长 东京 大阪 売上高 平均気温 日本 "
    "韩国 美国 德国 互联网 制造业 金融业 房地产 教育 医疗 交通运输"
)
FILLERS = (
    "of in the to and for say are have than more less not about with who their on as that is was most since by from "
    "too very little often never enough many some all other at over under among between was were which they"
)
POLES = (
    ("Unfavorable", "Favorable"),
    ("Disagree", "Agree"),
    ("Bad", "Good"),
    ("Oppose", "Support"),
    ("Negative", "Positive"),
    ("Men", "Women"),
    ("Less", "More"),
    ("No", "Yes"),
    ("Not likely", "Likely"),
    ("Imports", "Exports"),
)
SUBTITLES = ("% of adults who say …", "% who say they are …", "Share of respondents, in %", "In thousands", "")
BRANDS = ("RESEARCH DESK", "SURVEY CENTER", "Our Numbers", "THE DAILY FIGURE", "DataBrief.org", "INSTITUTE FOR FACTS")
MONTHS = "January February March April May June July August September October November December"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
SYLLABLES = (
    "ba be bi bo ca ce co da de di do fa fe fi ga go ha he ho ka ke ki la le li lo lu ma me mi mo mu na ne ni no pa "
    "pe pi po ra re ri ro ru sa se si so ta te ti to tu va ve vi wa wi ya ze al an ar as at el en er es in is on or "
    "os un us"
)
UNITS = ("kg", "km", "t", "MW", "GWh", "°C", "ms", "s", "h", "pp", "mm", "EUR", "USD", "pts")
AXIS_UNITS = (
    "%",
    "$",
    "USD million",
    "€ bn",
    "kg",
    "°C",
    "thousands",
    "in millions",
    "ms",
    "units",
    "per 1,000",
    "seconds",
)
SOURCES = (
    "Source: company reports",
    "Source: World Bank, 2023",
    "Source: Statista",
    "Data: Eurostat (2021)",
    "n = 1,204",
    "Source: authors' calculations",
    "Note: figures are rounded",
    "Source: OECD; own estimates",
    "© 2022 Survey Team",
    "*preliminary figures",
    "Source: IEA World Energy Outlook",
    "Chart: Research Desk • Source: IMF",
    "Source: Survey of U.S. adults conducted March 7-13, 2022.",
    "Source: Survey conducted Sept. 3-15, 2019, among 9,895 adults.",
    "Data source: UN, World Population Prospects (2024)",
)

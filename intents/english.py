"""Two short lists of English words; no list of a language is available as a package here."""

_STOP_WORDS = """
a about actually after again all already also although always am an and another any anybody anyone anything are around as at away
be because been before being both but by came can come could did do does doing done during each either else even ever every
everything for from further get gets getting give given go goes going gone got had has have having he hello her here hers hey hi him
his how however i if in instead into is it its itself just keep keeps kind let like lot made make makes many may maybe me might mine
more most much must my myself near need needs neither no nobody none nor not nothing now of off often ok okay on once one only onto
or other our ours out over own per perhaps please put quite rather really s said same say says see seems shall she should since so
some somebody someone something sometimes still such sure t tell than thank thanks that the their them themselves then there these
they thing things this those though through till to today together too tried try trying under until up upon us use used using very
via want wants was way we well went were what whatever when where whether which while who whom whose why will with within without
would yes yet you your yours yourself
"""

_ORDINARY_WORDS = """
able accept across act actor age agree air allow alone along among amount angry animal answer apple area arm army art ask aunt
author autumn baby back bad bag bake baked ball band bank bar base basket bath battle beach bean bear beat beautiful bed beer begin
behind believe bell belong below best better big bike bill bird birth birthday bit bite black blood blow blue boat body boil bone book born
boss bottle bottom bowl box boy brain bread break breakfast bridge bright bring brother brown build burn bus business busy butter
buy cake call camp capital captain car card care carry case cash cat catch cause centre chain chair chance change cheap cheese chess
chicken chief child children church circle city class clean clear clever climb clock close cloth clothes cloud club coach coat
coffee cold collect colour comedy company compare concert cook cooking cool corn corner correct cost count country course court cousin
cover cow cream crime cross crowd cry cup custom cut dance danger dark date daughter dead deal dear death debate deep degree depend
desert design desk diet difference different dinner dirty discuss doctor dog dollar door double doubt down dream dress drink drive
driver drop dry due dust duty ear early earn earth east easy eat edge egg eight election empty end enemy energy engine enjoy enough
enter equal euro evening event exact exam example except excuse exercise expect expensive explain extra eye face fact fair faith
fall false family famous far farm fashion fast fat father favour favourite fear feed feel fell female fence few field fight figure
fill film final find fine finger finish fire first fish fit five fix flag flat flight floor flower fly follow food fool foot
football foreign forest forget fork form four free fresh friend front fruit full fun funny future game garden gate general gentle
gift girl glad glass goal gold good government grand grass great green grey ground group grow guess guest guitar gun guy hair half
hall hand handle happen happy hard hate head health healthy hear heart heat heavy height help high hill history hit hobby hold hole
holiday holy home honest hope horse hospital hot hotel hour house huge human hundred hungry hunt hurry hurt husband ice idea island
jacket job join joke journey joy judge juice jump keen key kick kid kill king kiss kitchen knee knife knock know lady lake lamp
land language large last late laugh law lead leaf learn least leave left leg lemon lesson letter library lie life light limit line
lion list listen little live local london long look lose loud love lovely low luck lunch machine magazine mail main male man manage
map march mark market marry match matter meal mean measure meat medicine meet member memory menu message metal middle mile milk
million mind minute miss mistake mix modern moment money month moon morning mother mountain mouse mouth move movie much museum music
name narrow nation national nature neck never new news next nice night nine noise noon north nose note novel number ocean offer
office oil old open opinion orange order paint pair paper parent park part party pass past path pay peace pen pencil people pepper
person petrol photo piano pick picture piece pilot pink pizza place plan plane planet plant plate play player pleasure plenty pocket
poem point police polite politics poor popular population possible post potato pound power practice pray present president pretty price
prince print prison prize problem profit promise proud pub public pull pure push queen question quick quiet race radio rain reach
read ready real reason receive recipe record red regular relax religion remember rent repair repeat reply report rest restaurant result
return rice rich ride right ring rise river road rock roof room root rope rose round row rule run sad safe sail salad sale salt sand
save school science score sea season seat second secret sell send sense separate serious serve seven sex shade shadow shake shape
share sharp sheep shelf shine ship shirt shoe shoot shop shore short shoulder shout show shower shut sick side sign silver similar
simple sing singer single sister sit six size skill skin skirt sky sleep slip slow small smell smile smoke snow soap social society
sock soft soldier solve son song soon sort sound soup south space speak special speed spell spend spoon sport spring square stage
stairs stamp stand star start state station stay steal steel step stick stock stomach stone stop store storm story strange street
strong student study stupid subject succeed sudden sugar suit summer sun supper supply support surprise sweet swim swing table take
talk tall taste tax tea teach teacher team tear telephone television ten tennis tent term test theatre thick thin think third thirty
thought thousand three throw ticket tidy tie tight time tiny tired title toe tomato tomorrow tonight tool tooth top total touch
tour town toy trade train travel tree trip trouble true trust truth turn twelve twenty twice two type ugly uncle understand
uniform union university usual valley value vegetable view village visit voice vote wait walk wall war warm wash waste watch water
wave weak wear weather wedding week weight welcome west wet wheel white wide wife wild win wind window wine winter wise wish woman
wonder wood wool word work world worry worth wrong year yellow yesterday young zero
"""

STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing about the subject of a question."""

ORDINARY_WORDS = frozenset(_ORDINARY_WORDS.split())
"""Everyday words: never taken for a misspelling of a word of the knowledge, even where the knowledge does not use them."""

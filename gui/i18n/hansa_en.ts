<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en_US">
<context>
    <name>AdExportSheet</name>
    <message numerus="yes">
        <source>All approved and live (%n)</source>
        <translation>
            <numerusform>All approved and live (%n)</numerusform>
            <numerusform>All approved and live (%n)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AdResults</name>
    <message numerus="yes">
        <source>%n impression(s) show ads that nobody had approved by then.</source>
        <translation>
            <numerusform>%n impression shows an ad that nobody had approved by then.</numerusform>
            <numerusform>%n impressions show ads that nobody had approved by then.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n impression(s) name ads that were not written here; they are not counted.</source>
        <translation>
            <numerusform>%n impression names an ad that was not written here; it is not counted.</numerusform>
            <numerusform>%n impressions name ads that were not written here; they are not counted.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>AdTasks</name>
    <message numerus="yes">
        <source>%n ad(s)</source>
        <translation>
            <numerusform>%n ad</numerusform>
            <numerusform>%n ads</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n new ad(s) wait for you.</source>
        <translation>
            <numerusform>%n new ad waits for you.</numerusform>
            <numerusform>%n new ads wait for you.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s) did not pass the checks; see what they found.</source>
        <translation>
            <numerusform>%n ad did not pass the checks; see what they found.</numerusform>
            <numerusform>%n ads did not pass the checks; see what they found.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s)</source>
        <translation>
            <numerusform>%n file</numerusform>
            <numerusform>%n files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) are in the folder %1.</source>
        <translation>
            <numerusform>%n file is in the folder %1.</numerusform>
            <numerusform>%n files are in the folder %1.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s) no longer hold and were held back.</source>
        <translation>
            <numerusform>%n ad no longer holds and was held back.</numerusform>
            <numerusform>%n ads no longer hold and were held back.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Ads</name>
    <message numerus="yes">
        <source>%n ad(s)</source>
        <translation>
            <numerusform>%n ad</numerusform>
            <numerusform>%n ads</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message numerus="yes">
        <source>%n round(s)</source>
        <translation>
            <numerusform>%n round</numerusform>
            <numerusform>%n rounds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>judged by %n shop(s)</source>
        <translation>
            <numerusform>judged by %n shop</numerusform>
            <numerusform>judged by %n shops</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message numerus="yes">
        <source>%n round(s) wait for your yes.</source>
        <translation>
            <numerusform>%n round waits for your yes.</numerusform>
            <numerusform>%n rounds wait for your yes.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ad(s) wait for your approval.</source>
        <translation>
            <numerusform>%n ad waits for your approval.</numerusform>
            <numerusform>%n ads wait for your approval.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n week(s) a bar from %1 on; no rate below %2 impressions.</source>
        <translation>
            <numerusform>%n week a bar from %1 on; no rate below %2 impressions.</numerusform>
            <numerusform>%n weeks a bar from %1 on; no rate below %2 impressions.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PersonCard</name>
    <message numerus="yes">
        <source>%n answer(s) that left this computer may have used these rows. They were noised first and cannot be taken back.</source>
        <translation>
            <numerusform>%n answer that left this computer may have used these rows. It was noised first and cannot be taken back.</numerusform>
            <numerusform>%n answers that left this computer may have used these rows. They were noised first and cannot be taken back.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RefusedSets</name>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n row</numerusform>
            <numerusform>%n rows</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left out</source>
        <translation>
            <numerusform>%n left out</numerusform>
            <numerusform>%n left out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) were repaired and imported.</source>
        <translation>
            <numerusform>%n row was repaired and imported.</numerusform>
            <numerusform>%n rows were repaired and imported.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ShopData</name>
    <message numerus="yes">
        <source>%n row(s) were set aside. Everything else was imported.</source>
        <translation>
            <numerusform>%n row was set aside. Everything else was imported.</numerusform>
            <numerusform>%n rows were set aside. Everything else was imported.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SignedCard</name>
    <message numerus="yes">
        <source>%n newer entry(ies)</source>
        <translation>
            <numerusform>%n newer entry</numerusform>
            <numerusform>%n newer entries</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WriteDialog</name>
    <message numerus="yes">
        <source>%n draft(s) for you to read.</source>
        <translation>
            <numerusform>%n draft for you to read.</numerusform>
            <numerusform>%n drafts for you to read.</numerusform>
        </translation>
    </message>
</context>
</TS>
